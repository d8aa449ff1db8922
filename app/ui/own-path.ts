/** Whether a link stays in this app. Browsers take `//host` and `/\host` for another's address. */
export const isOwnPath = (url: string): boolean => /^\/(?![/\\])/.test(url);
