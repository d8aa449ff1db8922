import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AppError } from "../errors.ts";

/** The largest body that is read. */
export const BODY_LIMIT_BYTES = 1_048_576;
/** A larger body is read on and thrown away up to here, so that its sender gets to see the refusal. */
const DRAIN_LIMIT_BYTES = 16 * BODY_LIMIT_BYTES;

const tooLarge = () =>
  new AppError(
    "payload_too_large",
    `The body is larger than ${BODY_LIMIT_BYTES.toLocaleString("en")} bytes.`,
  );

/**
 * The body's bytes, counted as they come: a chunked body has no length to look at first.
 * @throws AppError payload_too_large
 */
export async function readBody(request: Request): Promise<Buffer> {
  if (!request.body) return Buffer.alloc(0);
  const reader = request.body.getReader();
  const kept: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size <= BODY_LIMIT_BYTES) kept.push(value);
    if (size > DRAIN_LIMIT_BYTES) {
      await reader.cancel();
      break;
    }
  }
  if (size > BODY_LIMIT_BYTES) throw tooLarge();
  return Buffer.concat(kept);
}

/**
 * The body's bytes, unpacked if they come as gzip. The limit holds for what was sent and for what it unpacks to.
 * @throws AppError payload_too_large, malformed, unsupported_media_type
 */
export async function readDecodedBody(request: Request): Promise<Buffer> {
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  if (coding !== "gzip" && coding !== "identity")
    throw new AppError("unsupported_media_type", "Send the body as it is, or as gzip.");
  const body = await readBody(request);
  if (coding === "identity") return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new AppError("malformed", "The body is not gzip.");
  }
}

/** @throws AppError unsupported_media_type for anything but `application/json` */
export function requireJson(request: Request): void {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new AppError("unsupported_media_type", "Send the body as application/json.");
  }
}

/** @throws AppError malformed when the bytes are not JSON in UTF-8 */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new AppError("malformed", "The body is not JSON in UTF-8.");
  }
}

/**
 * The fields of a page's form. None for what is no form, or too much of it: our own pages never send that, and what has
 * no fields is refused like any other form that does not fit.
 */
export async function readFormFields(request: Request): Promise<Record<string, FormDataEntryValue>> {
  try {
    const headers = { "content-type": request.headers.get("content-type") ?? "" };
    const body = new Response(new Uint8Array(await readBody(request)), { headers });
    return Object.fromEntries(await body.formData());
  } catch {
    return {};
  }
}
