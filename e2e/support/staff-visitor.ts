/** Somebody with cookies who goes from page to page, without a browser: every answer can be looked at and held up. */
export interface Visitor {
  /** By origin: what it would send there. */
  cookies: Map<string, Map<string, string>>;
  /** One request, and no redirect followed. */
  send(url: string, init?: RequestInit): Promise<Response>;
  /** Sends it and follows redirects until `stopAt` says so, or there is none; answers the last one. */
  follow(url: string, init?: RequestInit, stopAt?: (next: URL) => boolean): Promise<Arrived>;
}

export interface Arrived {
  /** Where the answer came from, or where it leads to if that was where to stop. */
  url: URL;
  answer: Response;
}

let visitors = 0;

/**
 * Everybody comes from an address of their own, by what a proxy would say.
 * @param appUrl as the app calls itself: `http://localhost:3000`
 * @param serverUrl where it really listens
 */
export function createVisitor(appUrl: string, serverUrl: string): Visitor {
  visitors += 1;
  const comesFrom = `203.0.${visitors >> 8}.${visitors & 255}`;
  const cookies: Visitor["cookies"] = new Map();
  const jarOf = (url: URL) => {
    const jar = cookies.get(url.origin) ?? new Map<string, string>();
    cookies.set(url.origin, jar);
    return jar;
  };
  const send: Visitor["send"] = async (address, init = {}) => {
    const url = new URL(address, appUrl);
    const jar = jarOf(url);
    const headers = new Headers(init.headers);
    if (!headers.has("x-forwarded-for")) headers.set("x-forwarded-for", comesFrom);
    if (jar.size > 0 && !headers.has("cookie"))
      headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    const target = url.origin === appUrl ? serverUrl + url.pathname + url.search : url.href;
    const answer = await fetch(target, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(/;\s*/);
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      const isGone = attributes.some((one) => /^max-age=0$|^expires=Thu, 01 Jan 1970/i.test(one));
      if (isGone || value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
  const follow: Visitor["follow"] = async (address, init, stopAt = () => false) => {
    let url = new URL(address, appUrl);
    let answer = await send(url.href, init);
    for (let step = 0; step < 12 && answer.status >= 300 && answer.status < 400; step += 1) {
      url = new URL(answer.headers.get("location")!, url);
      if (stopAt(url)) break;
      answer = await send(url.href);
    }
    return { url, answer };
  };
  return { cookies, send, follow };
}

/** From /staff to the provider's page, choosing somebody there; stops before the app takes the answer. */
export async function chooseAtProvider(visitor: Visitor, sub: string, to = "/staff"): Promise<URL> {
  const start = `/staff/sign-in/start?${new URLSearchParams({ to })}`;
  const arrived = await visitor.follow(start, {}, isCallback);
  // Whoever is signed in at the provider is not asked again.
  if (isCallback(arrived.url)) return arrived.url;
  const { url } = await visitor.follow(
    arrived.url.href,
    {
      method: "POST",
      body: new URLSearchParams({ sub }),
    },
    isCallback,
  );
  return url;
}

const isCallback = (url: URL) => url.pathname === "/staff/callback";

/** The whole way in; answers the last answer, which is the page that was wanted. */
export async function signInAs(visitor: Visitor, sub: string, to?: string): Promise<Arrived> {
  return visitor.follow((await chooseAtProvider(visitor, sub, to)).href);
}

/** The hidden field that every form carries, from a page's HTML. */
export function csrfIn(html: string): string {
  return /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";
}
