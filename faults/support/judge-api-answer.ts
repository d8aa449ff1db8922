import type { CheckBody, Operation } from "./api-document.ts";
import type { BuiltRequest, RequestPlan } from "./api-requests.ts";
import type { RawAnswer } from "./send-raw.ts";

const BODY_LIMIT_BYTES = 1_048_576;

/**
 * What is wrong with an answer; null for nothing. Beyond the document, any address refuses a method it does not have
 * (405), an address, host or origin that cannot be read (400) and a body beyond the limit (413), and answers OPTIONS (204).
 */
export function judgeApiAnswer(
  operation: Operation,
  plan: RequestPlan,
  request: BuiltRequest,
  answer: RawAnswer,
  checkBody: CheckBody,
): string | null {
  const { status } = answer;
  if (status >= 500 && status !== 503) return `status ${status}`;
  if (status === 503 && !operation.responses["503"]) return "503, which the document does not allow";
  if (status < 300 && operation.scheme && plan.credential !== "good" && request.method !== "OPTIONS")
    return `${status} to somebody without good credentials`;
  if (status < 300 && !request.namesOwn && !request.isTricked && request.method !== "OPTIONS")
    return `${status} about what is not the sender's`;
  if (request.isOtherPath && status < 300) return null;
  const type = answer.headers["content-type"] ?? "";
  const isPage = type.startsWith("text/html");
  if (request.method === "HEAD") return answer.body === "" ? null : "a body in answer to HEAD";
  if (status === 400 && answer.body.includes("cannot be read.")) return checkProblem(answer);
  if (status === 204 && request.method === "OPTIONS")
    return answer.headers.allow ? null : "OPTIONS without Allow";
  if (status === 405) {
    if (request.method === operation.method && !request.isTricked) return "405 to the method that it has";
    if (!answer.headers.allow) return "405 without Allow";
    return request.isTricked && isPage ? null : checkProblem(answer);
  }
  if (status === 413 && (request.body?.byteLength ?? 0) > BODY_LIMIT_BYTES) return checkProblem(answer);
  if (request.method !== operation.method && !request.isTricked) return `${status} to ${request.method}`;
  if (request.isTricked && [400, 404].includes(status)) return isPage ? null : checkProblem(answer);
  if (status === 429 && !answer.headers["retry-after"]) return "429 without Retry-After";
  if (status === 401 && !answer.headers["www-authenticate"]) return "401 without WWW-Authenticate";
  return checkBody(operation, status, type, answer.body);
}

function checkProblem({ status, headers, body }: RawAnswer): string | null {
  if (headers["content-type"] !== "application/problem+json")
    return `${status} as ${headers["content-type"]}`;
  const problem = JSON.parse(body) as Record<string, unknown>;
  return problem.status === status && typeof problem.code === "string"
    ? null
    : `no problem: ${body.slice(0, 200)}`;
}
