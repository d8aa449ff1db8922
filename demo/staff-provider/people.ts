/** Who can sign in to the demo's staff pages. Nobody needs a password there. */
export interface Person {
  sub: string;
  name: string;
  email: string;
  roles: string[];
  /** What signing in as them shows. */
  about: string;
}

export const people: readonly Person[] = [
  {
    sub: "sam",
    name: "Sam Support",
    email: "sam@example.com",
    roles: ["support"],
    about: "Support: sees every shop and helps its merchant",
  },
  {
    sub: "ada",
    name: "Ada Admin",
    email: "ada@example.com",
    roles: ["admin"],
    about: "Admin: keys, credentials and thresholds as well",
  },
  {
    sub: "noel",
    name: "Noel Newcomer",
    email: "noel@example.com",
    roles: [],
    about: "No role yet: is kept out, and told whom to ask",
  },
];

/** The person of a role. */
export const personWith = (role: "support" | "admin"): Person =>
  people.find(({ roles }) => roles.includes(role))!;
