/** Every address nobody else answers: the root's page for what is not there. */
export function loader(): never {
  throw new Response(null, { status: 404 });
}

export default function Nowhere() {
  return null;
}
