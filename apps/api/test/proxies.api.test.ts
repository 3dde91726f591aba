import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate, proxyDomain, startCaddy, startNginx, whyNoProxies, type ReverseProxy } from "@mosaic/testing/reverse-proxies";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";

const reason = whyNoProxies();
const because = reason === undefined ? "" : `: ${reason}`;
let folder: string;
let app: TestApp;
const running: ReverseProxy[] = [];

beforeAll(async () => {
  if (reason !== undefined) {
    return;
  }
  folder = await mkdtemp(join(tmpdir(), "mosaic-proxies-"));
  await makeCertificate(folder);
  app = await startTestApp({ env: { MOSAIC_TRUSTED_PROXIES: "127.0.0.1" } });
  await app.admin();
});

afterAll(async () => {
  if (reason !== undefined) {
    return;
  }
  await Promise.all(running.map(async (proxy) => proxy.stop()));
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function portOf(start: typeof startNginx, change?: (example: string) => string): Promise<number> {
  const proxy = await start({ folder, upstream: new URL(app.url).host, ...(change === undefined ? {} : { change }) });
  running.push(proxy);
  await untilUp(proxy.port);
  return proxy.port;
}

interface Heard {
  readonly status: number;
  readonly text: string;
  readonly cookies: readonly string[];
}

/** As a browser at the address of the proxy does; `until`: for answers that have no end. */
async function ask(
  port: number,
  method: string,
  path: string,
  options: { body?: unknown; cookie?: string; until?: string } = {},
): Promise<Heard> {
  const { body, cookie, until } = options;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const ca = await readFile(join(folder, "ca.crt"));
  const target: RequestOptions = {
    host: "127.0.0.1",
    port,
    servername: proxyDomain,
    ca,
    method,
    path,
    agent: false,
    headers: {
      host: `${proxyDomain}:${port}`,
      origin: `https://${proxyDomain}:${port}`,
      ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...(cookie === undefined ? {} : { cookie }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(target, (response) => {
      let heard = "";
      const finish = (): void => resolve({ status: response.statusCode ?? 0, text: heard, cookies: response.headers["set-cookie"] ?? [] });
      response.setEncoding("utf8").on("data", (part: string) => {
        heard += part;
        if (until !== undefined && heard.includes(until)) {
          sent.destroy();
          finish();
        }
      });
      response.on("end", finish).on("error", reject);
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

async function untilUp(port: number): Promise<void> {
  await expect.poll(async () => (await ask(port, "GET", "/api/auth/me").catch(() => undefined))?.status, { timeout: 30_000 }).toBe(401);
}

async function signInAt(port: number): Promise<Heard> {
  return ask(port, "POST", "/api/auth/login", { body: { username: adminName, password: adminPassword } });
}

test.skipIf(reason !== undefined).each([
  ["nginx", startNginx],
  ["caddy", startCaddy],
] as const)(
  `behind %s, as its example says, people sign in on a port of its own and streams pass while they arrive${because}`,
  async (name, start) => {
    const port = await portOf(start);
    const signedIn = await signInAt(port);
    expect([name, signedIn.status, signedIn.text]).toEqual([name, 200, expect.stringContaining(adminName)]);
    const session = signedIn.cookies.find((cookie) => cookie.startsWith("mosaic_session=")) ?? "";
    expect(session).toContain("Secure");
    const cookie = session.split(";")[0] ?? "";
    expect((await ask(port, "PATCH", "/api/profile", { cookie, body: {} })).status).toBe(200);
    // The first words of a stream that does not end.
    expect((await ask(port, "GET", "/api/events", { cookie, until: ": open" })).text).toContain(": open");
    expect(await http2Status(port, cookie)).toBe(200);
  },
);

async function http2Status(port: number, cookie: string): Promise<number> {
  const ca = await readFile(join(folder, "ca.crt"));
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: proxyDomain });
    session.on("error", reject);
    const stream = session.request({ ":path": "/api/auth/me", ":authority": `${proxyDomain}:${port}`, cookie });
    stream.on("response", (headers) => {
      session.destroy();
      resolve(headers[":status"] ?? 0);
    });
    stream.on("error", reject);
    stream.end();
  });
}

test.skipIf(reason !== undefined)(`a proxy that drops the port is told of in words, with the line that mends it${because}`, async () => {
  const port = await portOf(startNginx, (example) => example.replace("Host $http_host", "Host $host"));
  const refused = await signInAt(port);
  expect(refused.status).toBe(403);
  expect((JSON.parse(refused.text) as { detail: string }).detail).toBe(
    `The browser is at https://${proxyDomain}:${port}, but the request came to Mosaic for the host "${proxyDomain}". If you opened Mosaic at that address, the proxy in front of it changes the Host header. Let it pass on what the browser sent; in nginx: proxy_set_header Host $http_host;`,
  );
});
