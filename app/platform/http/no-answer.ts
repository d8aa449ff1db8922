/** A network error's code. Never its message: that may quote the address. */
export function reasonOfNoAnswer(error: unknown): string {
  if (!(error instanceof Error)) return "network error";
  if (error.name === "TimeoutError") return "timed out";
  const { cause } = error;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : null;
  return typeof code === "string" && /^[A-Z_0-9]+$/.test(code) ? code : "network error";
}
