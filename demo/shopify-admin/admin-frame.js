// The admin's side of the App Bridge stand-in: draws outside the frame what the app asks for.
const { store, appOrigin } = document.body.dataset;
const byId = (id) => document.getElementById(id);
const app = byId("app");
const tellApp = (type, content) =>
  app.contentWindow.postMessage({ channel: "app-bridge", type, ...content }, appOrigin);

function go(event, path) {
  event.preventDefault();
  tellApp("navigate", { path });
}

function markCurrent(path) {
  for (const link of document.querySelectorAll("[data-app-path]")) {
    const isCurrent = link.dataset.appPath === "/app" ? true : path.startsWith(link.dataset.appPath);
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const saveBar = byId("save-bar");
const hint = Object.assign(document.createElement("span"), { className: "visually-hidden" });
hint.setAttribute("role", "status");
document.body.append(hint);

/** Nobody leaves while the save bar shows: it shakes instead. */
function shakeSaveBar() {
  saveBar.classList.remove("shaking");
  void saveBar.offsetWidth;
  saveBar.classList.add("shaking");
  hint.textContent = "You have unsaved changes. Save or discard them first.";
}

window.addEventListener("beforeunload", (event) => {
  if (!saveBar.hidden) event.preventDefault();
});

let toastTimer;
const draw = {
  navigated({ path, title }) {
    history.replaceState(null, "", `/store/${store}${path}`);
    if (title) document.title = `${store} · ${title}`;
    markCurrent(path);
  },
  toast({ message, isError }) {
    clearTimeout(toastTimer);
    const toast = byId("toast");
    toast.textContent = message;
    toast.classList.toggle("shown", message !== "");
    toast.classList.toggle("error", isError === true);
    toastTimer = setTimeout(() => toast.classList.remove("shown"), 5000);
  },
  loading({ isLoading }) {
    byId("loading").hidden = !isLoading;
  },
  "save-bar"({ isShown, ...buttons }) {
    saveBar.hidden = !isShown;
    for (const button of saveBar.querySelectorAll("[data-save-bar]")) {
      const { isLoading, isDisabled } = buttons[button.dataset.saveBar];
      button.disabled = isLoading || isDisabled;
      button.setAttribute("aria-busy", String(isLoading));
    }
    if (!isShown) hint.textContent = "";
  },
  "save-bar-shake": shakeSaveBar,
  "nav-menu"({ items }) {
    byId("app-nav").replaceChildren(
      ...items.map(({ label, path }) => {
        const link = Object.assign(document.createElement("a"), {
          textContent: label,
          href: `/store/${store}${path}`,
        });
        link.dataset.appPath = path;
        const item = document.createElement("li");
        item.append(link);
        return item;
      }),
    );
  },
  "title-bar"({ title, actions }) {
    byId("app-title").textContent = title;
    byId("app-actions").replaceChildren(
      ...actions.map(({ label, isPrimary }, index) => {
        const button = Object.assign(document.createElement("button"), {
          type: "button",
          textContent: label,
        });
        button.classList.toggle("primary", isPrimary);
        button.addEventListener("click", () => tellApp("title-bar", { index }));
        return button;
      }),
    );
  },
};

window.addEventListener("message", ({ origin, source, data }) => {
  if (origin === appOrigin && source === app.contentWindow && data?.channel === "app-bridge")
    draw[data.type]?.(data);
});

document.addEventListener("click", (event) => {
  if (!saveBar.hidden && event.target.closest?.("a")) {
    event.preventDefault();
    shakeSaveBar();
    return;
  }
  const link = event.target.closest?.("[data-app-path]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) go(event, link.dataset.appPath);
  const answer = event.target.closest?.("[data-save-bar]");
  if (answer) tellApp("save-bar", { action: answer.dataset.saveBar });
  const switcher = document.querySelector(".switcher");
  if (!switcher.contains(event.target)) switcher.open = false;
});
