const named =
  "[\\w-]*(?:token|secret|password|passwd|api[-_]?key|apikey|authorization|credential|signature|client[-_]?id|private[-_]?key|hmac)[\\w-]*";
/** `access_token=…`, `"api_key": "…"`, `X-Shopify-Access-Token: …`; to the end of the value. */
const assignment = new RegExp(
  `(["']?${named}["']?\\s*[:=]\\s*)(?:(bearer|basic)\\s+)?("[^"]*"|'[^']*'|[^\\s,;&}\\])"']+)`,
  "gi",
);
const scheme = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi;
/** Tokens that tell by themselves what they are: ours, Shopify's, Meta's, Google's, Slack's, and JSON Web Tokens. */
const telling =
  /\b(?:shp(?:at|ua|ca|pa|ss)_[A-Za-z0-9]{8,}|shk_[\w-]{8,}|whsec_[\w+/=-]{8,}|EAA[A-Za-z0-9]{20,}|ya29\.[\w-]{10,}|xox[abprs]-[\w-]{8,}|sk_(?:live|test)_\w{8,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)/g;
const inUrl = /([a-z][a-z0-9+.-]*:\/\/[^:@/\s]+:)[^@\s]+@/gi;
const webhook = /(hooks\.slack\.com\/\S{0,12}|\/webhooks\/airbyte\/)[^\s"']*/gi;

/** A text of an outside system as staff may read it: whatever looks like a secret is blanked, the rest stays. */
export const withoutSecrets = (text: string): string =>
  text
    .replaceAll(inUrl, "$1[redacted]@")
    .replaceAll(webhook, "$1[redacted]")
    .replaceAll(scheme, "$1 [redacted]")
    .replaceAll(assignment, "$1[redacted]")
    .replaceAll(telling, "[redacted]");
