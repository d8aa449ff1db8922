import { documentOf, htmlSafe } from "../shopify-admin/admin-pages.ts";
import type { Person } from "./people.ts";

/** Choosing who to be takes the place of a password here. */
export function signInPage(uid: string, people: readonly Person[]): string {
  const items = people.map(
    ({ sub, name, email, about }) => `<li><button class="person" name="sub" value="${htmlSafe(sub)}">
      <span class="state">${htmlSafe(name)}</span>
      <span class="about">${htmlSafe(about)}</span>
      <span class="domain">${htmlSafe(email)}</span>
    </button></li>`,
  );
  return documentOf(
    "Sign in",
    `<body class="front">
<main>
  <h1>Who are you?</h1>
  <p>This page stands in for your company's sign-in. Choose a person; there is no password.</p>
  <form method="post" action="/oidc/interaction/${htmlSafe(uid)}">
    <ul class="shops">${items.join("")}</ul>
    <p class="after"><button class="quiet" name="sub" value="">Nobody: cancel the sign-in</button></p>
  </form>
</main>
</body>`,
  );
}

/** Sends the provider's own form at once: whoever signed out of the app has been asked there. */
export function signingOutPage(form: string): string {
  return documentOf(
    "Signing out",
    `<body class="front">
<main>
  <h1>Signing out …</h1>
  ${form}
  <button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
  <script>document.querySelector("button").click()</script>
</main>
</body>`,
  );
}
