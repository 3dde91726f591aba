import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
const proxy = "127.0.0.60";

beforeAll(async () => {
  app = await startTestApp({ env: { MOSAIC_TRUSTED_PROXIES: proxy } });
  ann = await app.member("ann");
});

afterAll(async () => app.close());

/** A change as a proxy passes it on. Node's fetch would set Host itself. */
async function change(from: string, headers: Record<string, string>): Promise<{ status: number; detail: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${app.url}/api/profile`,
      {
        method: "PATCH",
        localAddress: from,
        agent: false,
        headers: { "content-type": "application/json", "content-length": "2", cookie: ann.cookie ?? "", ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, detail: (JSON.parse(text) as { detail?: string }).detail ?? "" }),
        );
      },
    );
    sent.on("error", reject);
    sent.end("{}");
  });
}

const page = "https://mosaic.example:8443";
const forwarded = { host: "mosaic:8080", "x-forwarded-host": "mosaic.example:8443", "x-forwarded-proto": "https" };

test.each<[string, string, Record<string, string>, number, string]>([
  ["X-Forwarded-Host of a trusted proxy is believed", proxy, { ...forwarded, origin: page }, 200, ""],
  ["X-Forwarded-Host of anybody else is not", "127.0.0.61", { ...forwarded, origin: page }, 403, "MOSAIC_TRUSTED_PROXIES"],
  ["a forwarded host does not let another site in", proxy, { ...forwarded, origin: "https://evil.example" }, 403, "https://evil.example"],
  [
    "a proxy that drops the port is told of",
    "127.0.0.61",
    { host: "mosaic.example", origin: page },
    403,
    `at ${page}, but the request came to Mosaic for the host "mosaic.example"`,
  ],
  [
    "a browser that says itself where it is needs no right proxy",
    "127.0.0.61",
    { host: "mosaic.example", origin: page, "sec-fetch-site": "same-origin" },
    200,
    "",
  ],
  [
    "https behind a proxy that does not tell is let in",
    "127.0.0.61",
    { host: "mosaic.example", origin: "https://mosaic.example" },
    200,
    "",
  ],
  [
    "plain http is another origin where a trusted proxy says https",
    proxy,
    { ...forwarded, origin: "http://mosaic.example:8443" },
    403,
    "without encryption",
  ],
  [
    "plain http is another origin where the browser says so",
    "127.0.0.61",
    { host: "mosaic.example", origin: "http://mosaic.example", "sec-fetch-site": "cross-site" },
    403,
    "another site",
  ],
  [
    "a scheme that anybody claims changes nothing",
    "127.0.0.61",
    { host: "a.example", origin: "http://a.example", "x-forwarded-proto": "https" },
    200,
    "",
  ],
])("%s", async (_name, from, headers, status, words) => {
  const answer = await change(from, headers);
  expect([answer.status, answer.detail]).toEqual([status, expect.stringContaining(words)]);
});

test("what the API answers is kept by no cache, and what it streams by no proxy", async () => {
  const admin = await app.admin();
  for (const path of [
    "/api/auth/me",
    "/api/profile",
    "/api/conversations",
    "/api/agents",
    "/api/admin/users",
    "/api/nothing",
    "/api/openapi.json",
  ]) {
    expect([path, (await admin.get(path)).headers.get("cache-control")]).toEqual([path, "no-store"]);
  }
  expect((await app.visitor().get("/api/auth/me")).headers.get("cache-control")).toBe("no-store");
  const events = await ann.open("GET", "/api/events");
  expect([events.headers.get("cache-control"), events.headers.get("x-accel-buffering")]).toEqual(["no-store, no-transform", "no"]);
  await events.body?.cancel();
});
