export interface DemoShop {
  /** `example.myshopify.com` */
  shop: string;
  state: string;
}

const states: Record<string, string> = {
  healthy: "Everything is up to date",
  late: "Some sources are late",
  blocked: "A dashboard is paused",
  new: "Just installed, no source yet",
  tiny: "Three orders a day",
  large: "Many orders, many sources",
};

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
export const htmlSafe = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
const nameOf = (shop: string): string => shop.replace(".myshopify.com", "");

export const documentOf = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${htmlSafe(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/admin.css">
</head>
${body}
</html>`;

const stateOf = ({ state }: DemoShop): string => `<span class="state">${htmlSafe(state)}</span>`;

/** The demo's front door: every shop by the state it shows. */
export function shopListPage(shops: readonly DemoShop[], staffUrl: string, notice = ""): string {
  const items = shops.map(
    (shop) => `<li><a href="/store/${htmlSafe(nameOf(shop.shop))}/app">
      ${stateOf(shop)}
      <span class="about">${htmlSafe(states[shop.state] ?? "")}</span>
      <span class="domain">${htmlSafe(shop.shop)}</span>
    </a></li>`,
  );
  return documentOf(
    "Sync Health demo",
    `<body class="front">
<main>
  <h1>Sync Health demo</h1>
  <p>This page stands in for Shopify admin. Choose a shop; each one shows a state of its own.</p>
  ${notice ? `<p role="alert" class="notice">${htmlSafe(notice)}</p>` : ""}
  <ul class="shops">${items.join("")}</ul>
  <p class="after">Or look after all of them: <a class="quiet" href="${htmlSafe(staffUrl)}">the staff pages</a></p>
</main>
</body>`,
  );
}

export interface Frame {
  shops: readonly DemoShop[];
  shop: string;
  name: string;
  /** The app's page, with what Shopify adds to its address. */
  framed: URL;
}

const adminSections = ["Home", "Orders", "Products", "Customers", "Analytics", "Discounts"];

/** Shopify admin around the app. Only the app itself and the shop switcher do anything. */
export function framePage({ shops, shop, name, framed }: Frame): string {
  const switches = shops.map((other) => {
    const current = other.shop === shop ? ' aria-current="true"' : "";
    return `<li><a href="/store/${htmlSafe(nameOf(other.shop))}/app"${current}>${stateOf(other)}<span class="domain">${htmlSafe(nameOf(other.shop))}</span></a></li>`;
  });
  return documentOf(
    `${name} · Sync Health`,
    `<body class="admin" data-store="${htmlSafe(name)}" data-app-origin="${htmlSafe(framed.origin)}">
<header class="top">
  <a class="brand" href="/">Admin stand-in</a>
  <div class="save-bar" id="save-bar" hidden>
    <span>Unsaved changes</span>
    <button type="button" data-save-bar="discard">Discard</button>
    <button type="button" data-save-bar="save" class="primary">Save</button>
  </div>
  <details class="switcher">
    <summary><span class="visually-hidden">Shop: </span>${htmlSafe(name)}</summary>
    <ul>${switches.join("")}</ul>
  </details>
</header>
<div class="loading" id="loading" hidden></div>
<nav class="side" aria-label="Admin">
  <ul>${adminSections.map((section) => `<li class="inert">${section}</li>`).join("")}</ul>
  <p>Apps</p>
  <ul>
    <li><a href="/store/${htmlSafe(name)}/app" data-app-path="/app" aria-current="page">Sync Health</a>
      <ul id="app-nav"></ul></li>
  </ul>
</nav>
<main class="stage">
  <div class="app-bar"><span class="app-icon" aria-hidden="true"></span><h1>Sync Health</h1><span id="app-title"></span><span id="app-actions"></span></div>
  <iframe id="app" name="app-iframe" title="Sync Health" src="${htmlSafe(framed.href)}" allow="clipboard-write"></iframe>
</main>
<div class="toast" id="toast" role="status"></div>
<script src="/admin-frame.js"></script>
</body>`,
  );
}
