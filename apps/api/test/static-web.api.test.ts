import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyOf, staticWeb } from "../src/platform/http/static-web.js";

const inline = "self.__next_f.push([1])";
const files: Readonly<Record<string, string>> = {
  "index.html": `<!doctype html><script>${inline}</script><p>start</p>`,
  "setup.html": "<!doctype html><p>setup</p>",
  "settings/agents.html": "<!doctype html><p>agents</p>",
  "404.html": "<!doctype html><p>no such page</p>",
  "_next/static/chunks/a1b2.js": "console.log(1)",
  "icon.svg": "<svg/>",
  ".env": "SECRET=canary",
};

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mosaic-web-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "out", path)), { recursive: true });
    await writeFile(join(folder, "out", path), content);
  }
  await writeFile(join(folder, "beside.html"), "canary beside the folder");
  const app = express();
  app.use(...(await staticWeb(join(folder, "out"))));
  app.use((_request, response) => void response.status(404).json({ code: "not_found" }));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function open(path: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(`${url}${path}`, { headers: { accept: "text/html" }, redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** As it is, where `fetch` would tidy the path. */
async function openRaw(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { path }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on("error", reject).end();
  });
}

test.each([
  ["/", "start"],
  ["/setup", "setup"],
  ["/setup/", "setup"],
  ["/settings/agents", "agents"],
  ["/setup?step=2", "setup"],
])("%s is a page, fresh at each visit", async (path, text) => {
  const page = await open(path);
  expect(page.status).toBe(200);
  expect(page.text).toContain(text);
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
});

test("a page may run its own inline scripts and no others", async () => {
  const policy = (await open("/")).headers.get("content-security-policy") ?? "";
  const hash = createHash("sha256").update(inline).digest("base64");
  expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect((await open("/setup")).headers.get("content-security-policy")).toContain("script-src 'self';");
  expect(policyOf(`<script>${inline} </script>`)).not.toContain(hash);
  expect(policyOf('<script src="/a.js"></script>')).toContain("script-src 'self';");
});

test("files with a hash in their name are kept for good, others are asked for again", async () => {
  expect((await open("/_next/static/chunks/a1b2.js")).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect((await open("/icon.svg")).headers.get("cache-control")).toBe("no-cache");
});

test("a page that does not exist is told to people as a page, and to programs as a problem", async () => {
  const page = await open("/no/such/page");
  expect(page).toMatchObject({ status: 404, text: files["404.html"] });
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect((await open("/no/such/page", { headers: { accept: "application/json" } })).text).toContain("not_found");
  for (const path of ["/api/nothing", "/v1/nothing", "/demo/nothing"]) {
    expect((await open(path)).text).toContain("not_found");
  }
});

test("HEAD answers like GET without the page, and nothing else is a page", async () => {
  expect(await open("/setup", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  expect(await open("/setup", { method: "POST" })).toMatchObject({ status: 404 });
});

test.each([
  "/../beside.html",
  "/..%2fbeside.html",
  "/%2e%2e/beside.html",
  "/_next/../../beside.html",
  "/.env",
  "/%2eenv",
  "/..%5cbeside.html",
  "/%00",
  "/%",
])("%s leads to no file", async (path) => {
  const { status, text } = await openRaw(path);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(text).not.toContain("canary");
});
