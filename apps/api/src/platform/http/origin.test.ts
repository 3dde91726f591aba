import { expect, test } from "vitest";
import { refusalOfOrigin, type AskedOrigin } from "./origin.js";

const usual: AskedOrigin = {
  origin: "http://localhost:8080",
  fetchSite: undefined,
  host: "localhost:8080",
  isToldSecure: false,
  isForwardedInVain: false,
};

test.each<[string, Partial<AskedOrigin>]>([
  ["the same host", {}],
  ["the same host by https, behind a proxy that nobody has named", { origin: "https://mosaic.example", host: "mosaic.example" }],
  ["another case", { origin: "https://mosaic.example", host: "MOSAIC.example" }],
  ["the default port, told", { origin: "https://mosaic.example", host: "mosaic.example:443" }],
  ["https, as a trusted proxy says too", { origin: "https://mosaic.example", host: "mosaic.example", isToldSecure: true }],
  ["an IPv6 address", { origin: "http://[::1]:8080", host: "[::1]:8080" }],
  ["the browser's own word", { fetchSite: "same-origin" }],
  [
    "the browser's own word, where a proxy drops the port",
    { origin: "https://mosaic.example:8443", host: "mosaic.example", fetchSite: "same-origin" },
  ],
])("%s is let in", (_name, asked) => {
  expect(refusalOfOrigin({ ...usual, ...asked })).toBeNull();
});

test.each<[string, Partial<AskedOrigin>, string]>([
  ["no origin", { origin: undefined }, "need an Origin header"],
  ["a sandbox", { origin: "null" }, "need an Origin header"],
  ["an empty origin", { origin: "" }, "need an Origin header"],
  ["another scheme", { origin: "ftp://localhost:8080" }, "need an Origin header"],
  [
    "another port",
    { origin: "http://localhost:8081" },
    'at http://localhost:8081, but the request came to Mosaic for the host "localhost:8080"',
  ],
  ["a proxy that drops the port", { origin: "http://mosaic.lan:8080", host: "mosaic.lan" }, "proxy_set_header Host $http_host"],
  ["a proxy's own name", { origin: "https://mosaic.example", host: "mosaic:8080", isForwardedInVain: true }, "MOSAIC_TRUSTED_PROXIES"],
  ["a longer name", { origin: "https://mosaic.example.evil.test", host: "mosaic.example" }, "https://mosaic.example.evil.test"],
  ["no host", { host: undefined }, 'for the host ""'],
  [
    "plain http, where the proxy says https",
    { origin: "http://mosaic.example", host: "mosaic.example", isToldSecure: true },
    "Open https://mosaic.example.",
  ],
  [
    "plain http of the same host, as the browser says",
    { origin: "http://mosaic.example", host: "mosaic.example", fetchSite: "cross-site" },
    "belongs to another site",
  ],
  [
    "a sibling",
    { origin: "https://evil.mosaic.example", host: "evil.mosaic.example", fetchSite: "same-site" },
    "(Sec-Fetch-Site: same-site)",
  ],
])("%s is refused in words", (_name, asked, words) => {
  expect(refusalOfOrigin({ ...usual, ...asked })).toContain(words);
});

test("the words stay short, whatever is sent", () => {
  expect(refusalOfOrigin({ ...usual, origin: `http://${"x".repeat(9_000)}`, host: "y".repeat(9_000) })?.length).toBeLessThan(900);
});
