import { expect, test } from "vitest";
import { isPublicAddress } from "./public-address.server.ts";

test.each([
  ["https://93.184.215.14/hook", true],
  ["https://[2606:4700::6810:84e5]/", true],
  ["http://93.184.215.14/", false],
  ["https://127.0.0.1/", false],
  ["https://127.1/", false],
  ["https://2130706433/", false],
  ["https://0x7f.0.0.1/", false],
  ["https://localhost/", false],
  ["https://10.1.2.3/", false],
  ["https://172.16.0.1/", false],
  ["https://172.32.0.1/", true],
  ["https://192.168.1.1/", false],
  ["https://169.254.169.254/latest/meta-data", false],
  ["https://100.64.0.1/", false],
  ["https://[::1]/", false],
  ["https://[::ffff:127.0.0.1]/", false],
  ["https://[fd00::1]/", false],
  ["https://[fe80::1]/", false],
  ["https://no-such-name.invalid/", false],
  ["file:///etc/passwd", false],
])("%s: %s", async (url, expected) => {
  expect(await isPublicAddress(url)).toBe(expected);
});
