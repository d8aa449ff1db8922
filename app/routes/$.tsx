/** Every address nobody else answers, whatever the method: the root's page for what is not there. */
function answerUnknown(): never {
  throw new Response(null, { status: 404 });
}

export const loader = answerUnknown;
export const action = answerUnknown;

export default function Nowhere() {
  return null;
}
