import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyOf, staticWeb } from "../src/platform/http/static-web.js";

const inline = "self.__next_f.push([1])";
const files: Readonly<Record<string, string>> = {
  "index.html": `<!doctype html><script>${inline}</script><p>start</p>`,
  "setup.html": "<!doctype html><p>setup</p>",
  "settings/agents.html": "<!doctype html><p>agents</p>",
  "de/setup.html": `<!doctype html><script>self.de = 1</script><p>setup auf Deutsch</p>`,
  "de/404.html": "<!doctype html><p>keine solche Seite</p>",
  "404.html": "<!doctype html><p>no such page</p>",
  "_next/static/chunks/a1b2.js": "console.log(1)",
  "_next/static/chunks/c3d4.js": `console.log("${"many words ".repeat(200)}")`,
  "_next/static/media/e5f6.woff2": "a font, compressed as it is",
  "icon.svg": "<svg/>",
  "service-worker.js": "addEventListener('fetch', () => undefined)",
  "manifest.webmanifest": "{}",
  "offline.html": "<!doctype html><p>away</p>",
  "frames/image.html": "<!doctype html><script type=module src=image.js></script>",
  "frames/image.js": "post()",
  "frames/other.html": "<!doctype html><p>not known</p>",
  ".env": "SECRET=canary",
};

/** Those that the build has compressed. */
const compressed = new Set(["index.html", "_next/static/chunks/c3d4.js"]);
const chunk = "/_next/static/chunks/c3d4.js";
const chunkText = files["_next/static/chunks/c3d4.js"] ?? "";

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mosaic-web-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "out", path)), { recursive: true });
    await writeFile(join(folder, "out", path), content);
    if (compressed.has(path)) {
      await writeFile(join(folder, "out", `${path}.br`), brotliCompressSync(content));
      await writeFile(join(folder, "out", `${path}.gz`), gzipSync(content));
    }
  }
  await writeFile(join(folder, "out", "a-download.tar.gz"), "an archive of its own");
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

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it is, where `fetch` would tidy the path and undo the encoding. */
async function openRaw(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (part: Buffer) => chunks.push(part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
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

test("a frame has no origin, one thing that it may do, and a place in Mosaic's own pages", async () => {
  const { headers, status } = await open("/frames/image.html");
  const policy = headers.get("content-security-policy")?.split("; ") ?? [];
  expect(status).toBe(200);
  expect(policy).toEqual(
    expect.arrayContaining(["default-src 'none'", "sandbox allow-scripts", "frame-ancestors 'self'", "img-src https:"]),
  );
  expect(policy.join()).not.toMatch(/connect-src|allow-same-origin|unsafe-eval/);
  expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
  expect((await open("/frames/image.js")).headers.get("access-control-allow-origin")).toBe("*");
  expect((await open("/frames/other")).headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
});

test("pages show Mosaic's own frames and no others, and images of nobody else", async () => {
  const policy = (await open("/")).headers.get("content-security-policy")?.split("; ") ?? [];
  expect(policy).toEqual(expect.arrayContaining(["frame-src 'self'", "img-src 'self' data:", "frame-ancestors 'none'"]));
  expect((await open("/")).headers.get("x-frame-options")).toBeNull();
});

test("a page may ask for the microphone, and nothing else that is not the page's own does", async () => {
  const policyAt = async (path: string) => (await open(path)).headers.get("permissions-policy");
  expect(await policyAt("/")).toBe("camera=(), geolocation=(), microphone=(self), payment=(), usb=()");
  // `securityHeaders` says for these that nobody may.
  for (const path of ["/frames/image.html", "/service-worker.js", "/icon.svg"]) {
    expect(await policyAt(path)).toBeNull();
  }
});

test("a worker takes its parts from here and calls nobody", async () => {
  expect((await open("/_next/static/chunks/a1b2.js")).headers.get("content-security-policy")).toBe("default-src 'none'; script-src 'self'");
});

test("the worker that stays with the pages is asked for again each time, and asks nobody but Mosaic", async () => {
  const { headers } = await open("/service-worker.js");
  expect(Object.fromEntries(headers)).toMatchObject({
    "cache-control": "no-cache",
    "content-type": "text/javascript; charset=utf-8",
    "content-security-policy": "default-src 'none'; connect-src 'self'",
  });
  // Nothing lets it have more than what is under its own place, which is everything.
  expect(headers.has("service-worker-allowed")).toBe(false);
  const policy = (await open("/")).headers.get("content-security-policy")?.split("; ");
  expect(policy).toEqual(expect.arrayContaining(["worker-src 'self'", "manifest-src 'self'"]));
});

test("what makes Mosaic an app is told as such, and its offline page is a page", async () => {
  expect((await open("/manifest.webmanifest")).headers.get("content-type")).toContain("application/manifest+json");
  expect(await open("/offline")).toMatchObject({ status: 200, text: files["offline.html"] });
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
  `${chunk}.br`,
  `${chunk}.gz`,
  "/index.html.br",
  "/_next/static/chunks/%2e%2e/chunks/c3d4.js",
  "/_next/static/chunks",
  "/_next//static/chunks/c3d4.js",
])("%s leads to no file", async (path) => {
  const { status, body } = await openRaw(path, { "accept-encoding": "br, gzip" });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(body.toString()).not.toContain("canary");
});

test("an archive that belongs to no other file is a file", async () => {
  expect((await openRaw("/a-download.tar.gz")).body.toString()).toBe("an archive of its own");
});

const forms = {
  br: (body: Buffer) => brotliDecompressSync(body).toString(),
  gzip: (body: Buffer) => gunzipSync(body).toString(),
  none: (body: Buffer) => body.toString(),
};

test.each<[string | undefined, keyof typeof forms]>([
  ["br", "br"],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip", "gzip"],
  ["gzip;q=1, br;q=0.5", "gzip"],
  ["br;q=0, gzip;q=0.1", "gzip"],
  ["br;q=0, gzip;q=0", "none"],
  ["identity, br;q=0.5", "none"],
  ["*", "br"],
  ["*;q=0", "none"],
  ["brotli, x-br", "none"],
  ["", "none"],
  [undefined, "none"],
])("who takes %j is sent the form %s, of files and of pages", async (accepted, form) => {
  const headers: Record<string, string> = accepted === undefined ? {} : { "accept-encoding": accepted };
  const sent = { [chunk]: chunkText, "/": files["index.html"] };
  for (const [path, text] of Object.entries(sent)) {
    const { status, headers: head, body } = await openRaw(path, headers);
    expect(status).toBe(200);
    expect(head["content-encoding"]).toBe(form === "none" ? undefined : form);
    expect(head["vary"]).toContain("Accept-Encoding");
    expect(head["content-length"]).toBe(String(body.length));
    expect(forms[form](body)).toBe(text);
  }
});

test("a compressed file keeps its type and is kept for good, a compressed page keeps its policy and is not", async () => {
  const script = await openRaw(chunk, { "accept-encoding": "br" });
  expect(script.headers).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
  });
  const page = await openRaw("/", { "accept-encoding": "br" });
  expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
  expect(page.headers["content-security-policy"]).toBe((await openRaw("/")).headers["content-security-policy"]);
});

test("what was not compressed is sent as it is, and does not depend on what is taken", async () => {
  const font = await openRaw("/_next/static/media/e5f6.woff2", { "accept-encoding": "br, gzip" });
  expect(font.headers["content-encoding"]).toBeUndefined();
  expect(font.headers["vary"]).toBeUndefined();
  expect(font.headers["content-type"]).toBe("font/woff2");
});

test.each([chunk, "/"])("of %s each form has a tag of its own, and whoever has it is sent nothing again", async (path) => {
  const tags = new Set<string>();
  for (const accepted of ["br", "gzip", "identity"]) {
    const tag = (await openRaw(path, { "accept-encoding": accepted })).headers.etag ?? "";
    tags.add(tag);
    const again = await openRaw(path, { "accept-encoding": accepted, "if-none-match": tag });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
    expect(again.headers["etag"]).toBe(tag);
    expect(again.headers["vary"]).toContain("Accept-Encoding");
  }
  expect(tags.size).toBe(3);
});

test("HEAD tells the length of the form that GET would send", async () => {
  for (const path of [chunk, "/"]) {
    for (const accepted of ["br", "identity"]) {
      const got = await openRaw(path, { "accept-encoding": accepted });
      const head = await openRaw(path, { "accept-encoding": accepted }, "HEAD");
      expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      expect(head.headers["content-length"]).toBe(String(got.body.length));
      expect(head.headers["etag"]).toBe(got.headers["etag"]);
    }
  }
});

test("a range is cut from the form that is sent, and one of another form starts afresh", async () => {
  const whole = await openRaw(chunk, { "accept-encoding": "br" });
  const size = whole.body.length;
  const rest = await openRaw(chunk, { "accept-encoding": "br", range: "bytes=5-", "if-range": whole.headers.etag ?? "" });
  expect(rest).toMatchObject({ status: 206, body: whole.body.subarray(5) });
  expect(rest.headers).toMatchObject({ "content-encoding": "br", "content-range": `bytes 5-${size - 1}/${size}` });
  const other = await openRaw(chunk, { "accept-encoding": "gzip", range: "bytes=5-", "if-range": whole.headers.etag ?? "" });
  expect(other.status).toBe(200);
  expect(gunzipSync(other.body).toString()).toBe(chunkText);
});

test("a range beyond the end is refused in nobody's encoding", async () => {
  const refused = await openRaw(chunk, { "accept-encoding": "br", range: "bytes=9999999-" });
  expect(refused).toMatchObject({ status: 416, body: Buffer.alloc(0) });
  expect(refused.headers["content-encoding"]).toBeUndefined();
  expect(refused.headers["cache-control"]).toBe("no-store");
});

test("a page comes in the language of the cookie, else in the browser’s, else in English, under the policy of what is sent", async () => {
  const germanHash = createHash("sha256").update("self.de = 1").digest("base64");
  const german = /setup auf Deutsch/;
  const cases: [headers: Record<string, string>, isGerman: boolean][] = [
    [{}, false],
    [{ "accept-language": "de-AT, en;q=0.8" }, true],
    [{ "accept-language": "fr, de;q=0.5, en;q=0.4" }, true],
    [{ "accept-language": "fr" }, false],
    [{ "accept-language": "*" }, false],
    [{ "accept-language": "en", cookie: "a=b; mosaic_language=de" }, true],
    [{ "accept-language": "de", cookie: "mosaic_language=en" }, false],
    [{ "accept-language": "de", cookie: "mosaic_language=../de" }, true],
    [{ cookie: "mosaic_language=..%2f..%2f.env; mosaic_language" }, false],
  ];
  for (const [headers, isGerman] of cases) {
    for (const path of ["/setup", "/setup/"]) {
      const page = await openRaw(path, headers);
      expect([headers, german.test(page.body.toString())]).toEqual([headers, isGerman]);
      expect(page.headers["vary"]).toContain("Accept-Language, Cookie");
      expect(page.headers["content-security-policy"]?.includes(`'sha256-${germanHash}'`)).toBe(isGerman);
    }
  }
  const tags = await Promise.all(["de", "en"].map(async (tag) => (await openRaw("/setup", { "accept-language": tag })).headers.etag));
  expect(new Set(tags).size).toBe(2);
  // What only the default has, and what is missing everywhere.
  expect((await openRaw("/settings/agents", { "accept-language": "de" })).body.toString()).toContain("agents");
  expect((await openRaw("/icon.svg", { "accept-language": "de" })).headers["vary"]).toBeUndefined();
  expect((await openRaw("/nowhere", { "accept-language": "de", accept: "text/html" })).body.toString()).toContain("keine solche Seite");
  // A language's folder is no path of its own.
  expect((await openRaw("/de/setup", {})).status).toBe(404);
});
