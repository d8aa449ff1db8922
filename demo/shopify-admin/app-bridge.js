// A stand-in for Shopify's app-bridge.js: the part of it that Sync Health uses, for a page framed by the admin stand-in.
(() => {
  const script = document.currentScript;
  const adminOrigin = new URL(script.src).origin;
  const params = new URLSearchParams(location.search);
  const earlier = window.shopify?.config;
  const apiKey =
    script.dataset.apiKey ?? document.querySelector('meta[name="shopify-api-key"]')?.content ?? "";
  const config = {
    apiKey,
    shop: params.get("shop") ?? earlier?.shop ?? "",
    host: params.get("host") ?? earlier?.host ?? "",
    locale: params.get("locale") ?? "en",
  };
  const nativeFetch = window.fetch.native ?? window.fetch.bind(window);
  const isFramed = window.parent !== window;

  const tell = (type, content = {}) => {
    if (isFramed) window.parent.postMessage({ channel: "app-bridge", type, ...content }, adminOrigin);
  };

  // Session tokens live for a minute; one is used for half of that.
  let token;
  const idToken = async ({ isFresh = false } = {}) => {
    if (!isFresh && token && Date.now() - token.mintedAt < 30_000) return token.text;
    const response = await nativeFetch(
      `${adminOrigin}/session-token?shop=${encodeURIComponent(config.shop)}`,
    );
    if (!response.ok) throw new Error(`No session token for "${config.shop}".`);
    token = { text: await response.text(), mintedAt: Date.now() };
    return token.text;
  };

  const authenticatedFetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== location.origin || request.headers.has("Authorization")) {
      return nativeFetch(request);
    }
    const attempt = async (isFresh) => {
      const copy = request.clone();
      copy.headers.set("Authorization", `Bearer ${await idToken({ isFresh })}`);
      return nativeFetch(copy);
    };
    const response = await attempt(false);
    const mayRetry =
      response.status === 401 && response.headers.has("X-Shopify-Retry-Invalid-Session-Request");
    return mayRetry ? attempt(true) : response;
  };
  authenticatedFetch.native = nativeFetch;
  window.fetch = authenticatedFetch;

  let toasts = 0;
  // As Shopify's: a save bar belongs to an element of the page, and the last one that shows is drawn.
  const shownSaveBar = () => [...document.querySelectorAll("ui-save-bar")].findLast((bar) => bar.showing);
  const saveBarOf = (id) => {
    const bar = document.getElementById(id);
    if (bar?.localName !== "ui-save-bar") throw new Error(`There is no ui-save-bar with the id "${id}".`);
    return bar;
  };
  const callOn = (id, method) => document.getElementById(id)?.[method]?.();
  window.shopify = {
    config,
    ready: Promise.resolve(),
    environment: { embedded: isFramed, mobile: false, pos: false },
    idToken: () => idToken(),
    toast: {
      show: (message, options = {}) => {
        toasts += 1;
        tell("toast", { message: String(message), isError: options.isError === true });
        return String(toasts);
      },
      hide: () => tell("toast", { message: "" }),
    },
    loading: (isLoading) => tell("loading", { isLoading: isLoading !== false }),
    modal: {
      show: async (id) => callOn(id, "show"),
      hide: async (id) => callOn(id, "hide"),
      toggle: async (id) => callOn(id, "toggle"),
    },
    saveBar: {
      show: async (id) => saveBarOf(id).show(),
      hide: async (id) => saveBarOf(id).hide(),
      toggle: async (id) => saveBarOf(id).toggle(),
      leaveConfirmation: async () => {
        if (!shownSaveBar()) return;
        tell("save-bar-shake");
        throw new Error("There are unsaved changes: save or discard them first.");
      },
    },
    support: { registerHandler: async () => undefined },
    scopes: {
      query: async () => ({ granted: [], required: [], optional: [] }),
      request: async () => ({ result: "declined-all", detail: { granted: [], required: [], optional: [] } }),
      revoke: async () => ({ detail: { granted: [], required: [], optional: [] } }),
    },
  };

  // Elements that Shopify draws outside the frame: nothing of them shows inside it.
  const define = (name, describe, members = {}) => {
    if (customElements.get(name)) return;
    customElements.define(
      name,
      class Drawn extends HTMLElement {
        static {
          Object.defineProperties(Drawn.prototype, Object.getOwnPropertyDescriptors(members));
        }
        connectedCallback() {
          if (!this.shadowRoot) this.attachShadow({ mode: "open" });
          const report = () => describe(this);
          this.observer = new MutationObserver(report);
          this.observer.observe(this, {
            attributes: true,
            childList: true,
            characterData: true,
            subtree: true,
          });
          queueMicrotask(report);
        }
        disconnectedCallback() {
          this.observer.disconnect();
          this.removed?.();
        }
      },
    );
  };
  define("ui-nav-menu", (menu) => {
    const links = [...menu.querySelectorAll('a:not([rel="home"])')];
    tell("nav-menu", {
      items: links.map((link) => ({ label: link.textContent, path: link.getAttribute("href") })),
    });
  });
  define("ui-title-bar", (bar) => {
    const buttons = [...bar.querySelectorAll("button")];
    tell("title-bar", {
      title: bar.getAttribute("title") ?? "",
      actions: buttons.map((button) => ({
        label: button.textContent,
        isPrimary: button.getAttribute("variant") === "primary",
      })),
    });
  });

  const saveBarButtons = (bar) => ({
    save: [...bar.querySelectorAll(":scope > [variant=primary]")].at(-1),
    discard: [...bar.querySelectorAll(":scope > :not([variant=primary])")].at(-1),
  });
  const drawSaveBar = () => {
    const bar = shownSaveBar();
    const stateOf = (button) => ({
      isLoading: button?.hasAttribute("loading") ?? false,
      isDisabled: button?.hasAttribute("disabled") ?? true,
    });
    const { save, discard } = bar ? saveBarButtons(bar) : {};
    tell("save-bar", { isShown: bar !== undefined, save: stateOf(save), discard: stateOf(discard) });
  };
  define("ui-save-bar", drawSaveBar, {
    isShowing: false,
    get showing() {
      return this.isShowing;
    },
    async show() {
      if (!this.isShowing) this.change(true);
    },
    async hide() {
      if (this.isShowing) this.change(false);
    },
    async toggle() {
      this.change(!this.isShowing);
    },
    change(isShowing) {
      this.isShowing = isShowing;
      drawSaveBar();
      this.dispatchEvent(new CustomEvent(isShowing ? "show" : "hide"));
    },
    removed() {
      void this.hide();
    },
  });

  // The address in the admin follows the page in the frame.
  const shopifyParams = ["shop", "host", "embedded", "id_token", "locale", "hmac", "timestamp", "session"];
  const reportPage = () => {
    const url = new URL(location.href);
    for (const name of shopifyParams) url.searchParams.delete(name);
    tell("navigated", { path: url.pathname + url.search, title: document.title });
  };
  for (const method of ["pushState", "replaceState"]) {
    const native = History.prototype[method];
    history[method] = function change(...words) {
      native.apply(this, words);
      reportPage();
    };
  }
  window.addEventListener("popstate", reportPage);

  window.addEventListener("message", ({ origin, data }) => {
    if (origin !== adminOrigin || data?.channel !== "app-bridge") return;
    if (data.type === "navigate") {
      const link = document.createElement("a");
      link.setAttribute("href", data.path);
      link.hidden = true;
      document.body.append(link);
      link.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true }));
      link.remove();
    }
    if (data.type === "save-bar") {
      const bar = shownSaveBar();
      if (bar) saveBarButtons(bar)[data.action]?.click();
    }
    if (data.type === "title-bar") document.querySelectorAll("ui-title-bar button")[data.index]?.click();
  });

  // The bounce page: the app had no session token for a document, so fetch that document with one and put it here.
  const reloadTo = params.get("shopify-reload");
  if (reloadTo) {
    const url = new URL(reloadTo, location.href);
    if (url.origin !== location.origin) return;
    idToken({ isFresh: true })
      .then((bearer) =>
        nativeFetch(url, {
          headers: { Authorization: `Bearer ${bearer}`, "X-Shopify-Bounce": "1", Accept: "text/html" },
        }),
      )
      .then(async (response) => {
        const html = await response.text();
        history.replaceState(null, "", url.pathname + url.search);
        document.open();
        document.write(html);
        document.close();
      });
    return;
  }
  reportPage();
})();
