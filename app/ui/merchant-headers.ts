interface RouteHeaders {
  parentHeaders: Headers;
  loaderHeaders: Headers;
  actionHeaders: Headers;
  errorHeaders: Headers | undefined;
}

/** Headers of every merchant page: Shopify's own answers (sign in again, retry with a new token) speak through them. */
export function merchantHeaders(of: RouteHeaders): Headers {
  if (of.errorHeaders && [...of.errorHeaders.keys()].length > 0) return of.errorHeaders;
  return new Headers([...of.parentHeaders, ...of.loaderHeaders, ...of.actionHeaders]);
}
