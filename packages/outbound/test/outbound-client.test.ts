import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import * as oidc from "openid-client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createAddressPolicy } from "../src/address-policy.js";
import type { ResolveHost } from "../src/judged-connection.js";
import { createOutboundClient, type OutboundClient, type OutboundClientOptions } from "../src/outbound-client.js";
import { OutboundError, type OutboundErrorCode } from "../src/outbound-error.js";
import { createAuthority } from "./support/certificates.js";
import { type DnsStub, startDnsStub } from "./support/dns-stub.js";
import { type LocalServer, startHttp, startHttps, startTcp } from "./support/local-servers.js";

const secret = "sk-very-secret-key";
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closers.splice(0).map(async (close) => close()));
});

function toClose<Thing extends { close: () => Promise<void> }>(thing: Thing): Thing {
  closers.push(thing.close);
  return thing;
}

async function http(handle: RequestListener, at?: { host?: string; port?: number }): Promise<LocalServer> {
  return toClose(await startHttp(handle, at));
}

async function dns(answers: Parameters<typeof startDnsStub>[0]): Promise<DnsStub> {
  return toClose(await startDnsStub(answers));
}

function client(allowed: readonly string[] = ["127.0.0.1"], options: Partial<OutboundClientOptions> = {}): OutboundClient {
  return createOutboundClient({ policy: () => createAddressPolicy(allowed), ...options });
}

async function failureOf(call: Promise<unknown>): Promise<OutboundError> {
  const error: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(error instanceof OutboundError)) {
    throw new Error("This was no OutboundError", { cause: error });
  }
  expect(error.cause).toBeUndefined();
  expect(JSON.stringify([error.message, error.stack, Object.entries(error)])).not.toContain(secret);
  return error;
}

async function expectFailure(call: Promise<unknown>, code: OutboundErrorCode, words = /./): Promise<void> {
  const error = await failureOf(call);
  expect(error).toMatchObject({ code });
  expect(error.message).toMatch(words);
}

describe("what is called", () => {
  test("an allowed address answers as with fetch", async () => {
    const seen: { method?: string | undefined; url?: string | undefined; headers: unknown; body: string }[] = [];
    const server = await http((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(418, { "content-type": "application/json", "x-mine": "1" }).end('{"tea":true}');
      });
    });
    const headers = {
      authorization: `Bearer ${secret}`,
      host: "elsewhere.example",
      "transfer-encoding": "chunked",
      "accept-encoding": "zstd",
    };
    const init = { method: "POST", headers, body: new URLSearchParams({ a: "ü" }) };
    const response = await client().fetch(`http://127.0.0.1:${server.port}/v1/x?y=1#z`, init);
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.headers.get("x-mine"), await response.json()]).toEqual([418, "1", { tea: true }]);
    expect(seen).toMatchObject([{ method: "POST", url: "/v1/x?y=1", body: "a=%C3%BC" }]);
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Bearer ${secret}`,
      host: `127.0.0.1:${server.port}`,
      connection: "close",
      "content-length": "8",
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
      "accept-encoding": "gzip, deflate, br",
    });
    expect(seen[0]?.headers).not.toHaveProperty("transfer-encoding");
  });

  test("no connection is used twice, so that no call rides on an older judgement", async () => {
    let allowed = ["127.0.0.1"];
    const server = await http((_request, response) => response.end("ok"));
    const calling = createOutboundClient({ policy: async () => Promise.resolve(createAddressPolicy(allowed)) });
    const url = `http://127.0.0.1:${server.port}/`;
    await calling.fetch(url);
    await calling.fetch(url);
    expect(server.connections).toHaveLength(2);
    await vi.waitFor(() => expect(server.connections.every(({ destroyed }) => destroyed)).toBe(true));
    allowed = [];
    await expectFailure(calling.fetch(url), "address_refused");
    expect(server.connections).toHaveLength(2);
  });

  test("a policy that can't be read lets nothing through", async () => {
    const server = await http((_request, response) => response.end("ok"));
    const calling = createOutboundClient({ policy: () => Promise.reject(new Error("no database")) });
    await expect(calling.fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow("no database");
    expect(server.connections).toHaveLength(0);
  });

  test("proxies of the environment are not used", async () => {
    const proxy = await http((_request, response) => response.end("proxied"));
    const server = await http((_request, response) => response.end("direct"));
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
      vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
    }
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    const response = await client().fetch(`http://127.0.0.1:${server.port}/`);
    expect(await response.text()).toBe("direct");
  });

  test.each(["HEAD", "GET"])("an answer without a body to %s has none", async (method) => {
    const server = await http((_request, response) => response.writeHead(method === "HEAD" ? 200 : 204, { "x-a": "b" }).end());
    const response = await client().fetch(`http://127.0.0.1:${server.port}/`, { method });
    expect([response.headers.get("x-a"), await response.text()]).toEqual(["b", ""]);
  });
});

describe("what is refused before anything is sent", () => {
  const hosts = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "１２７.0.0.1",
    "127.0.0.1.",
    "[::1]",
    "[::ffff:127.0.0.1]",
  ];
  test.each([
    ...hosts,
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "0.0.0.0",
    "[::]",
    "localhost",
    "LOCALHOST",
    "169.254.169.254",
  ])("http://%s is refused, and the words say how it can be allowed", async (host) => {
    const server = await http((_request, response) => response.end("secret"));
    const call = client([]).fetch(`http://${host}:${server.port}/`, { headers: { authorization: secret } });
    await expectFailure(call, "address_refused", /Admin → Network → Allowed addresses/);
    expect(server.connections).toHaveLength(0);
  });

  test.each([
    ["", /http:\/\//],
    ["nonsense", /http:\/\//],
    ["file:///etc/passwd", /http:\/\//],
    ["ftp://127.0.0.1/", /http:\/\//],
    ["gopher://127.0.0.1:70/", /http:\/\//],
    ["data:text/plain,hi", /http:\/\//],
    ["http://[fe80::1%25eth0]/", /http:\/\//],
    [`http://${secret}:x@127.0.0.1/`, /password/],
    [`http://${secret}@127.0.0.1/`, /password/],
  ])("%s is no address to call", async (url, words) => {
    await expectFailure(client().fetch(url), "bad_url", words);
  });

  test.each(["\r\nx-other: 1", "\u0001", "\u007f"])("a key with %j is refused without being quoted", async (end) => {
    const server = await http((_request, response) => response.end("ok"));
    const call = client().fetch(`http://127.0.0.1:${server.port}/`, { headers: { authorization: `Bearer ${secret}${end}` } });
    await expectFailure(call, "bad_request", /line break/);
    expect(server.connections).toHaveLength(0);
  });
});

describe("names", () => {
  test("a name is looked up once per call, and the connection goes where was judged, though the answer has changed by then", async () => {
    const victim = await http((_request, response) => response.end("victim"), { host: "127.0.0.2" });
    const server = await http((_request, response) => response.end("public"), { port: victim.port });
    const names = await dns((_name, query) => (query === 0 ? ["127.0.0.1"] : ["127.0.0.2"]));
    const calling = client(["127.0.0.1"], { resolve: names.resolve });
    const url = `http://rebind.test:${server.port}/`;
    const response = await calling.fetch(url);
    expect(await response.text()).toBe("public");
    expect(names.asked.toSorted()).toEqual(["rebind.test A", "rebind.test AAAA"]);
    await expectFailure(calling.fetch(url), "address_refused", /rebind\.test/);
    expect(victim.connections).toHaveLength(0);
    expect(server.connections).toHaveLength(1);
  });

  test("of several addresses only the allowed ones are tried, whichever comes first or fails", async () => {
    const victim = await http((_request, response) => response.end("victim"), { host: "127.0.0.2" });
    const names = await dns(() => ["127.0.0.2", "127.0.0.1", "::1", "169.254.169.254"]);
    const url = `http://many.test:${victim.port}/`;
    await expectFailure(client(["127.0.0.1"], { resolve: names.resolve }).fetch(url), "refused");
    const server = await http((_request, response) => response.end("public"), { port: victim.port });
    const response = await client(["127.0.0.1"], { resolve: names.resolve }).fetch(url);
    expect(await response.text()).toBe("public");
    expect([victim.connections.length, server.connections.length]).toEqual([0, 1]);
  });

  test("a second allowed address is tried when nothing listens at the first", async () => {
    const server = await http((_request, response) => response.end("second"), { host: "127.0.0.3" });
    const names = await dns(() => ["127.0.0.1", "127.0.0.3"]);
    const response = await client(["127.0.0.0/8"], { resolve: names.resolve }).fetch(`http://two.test:${server.port}/`);
    expect(await response.text()).toBe("second");
  });

  test.each([["10.0.0.1"], ["169.254.169.254"], ["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["64:ff9b::a9fe:a9fe"], ["fd00::1"]])(
    "a name that leads to %s is refused",
    async (address) => {
      const names = await dns(() => [address]);
      await expectFailure(client([], { resolve: names.resolve }).fetch("http://inside.test/"), "address_refused", /inside\.test/);
    },
  );

  test("an admin's name opens that name and port only, and never the metadata service", async () => {
    const server = await http((_request, response) => response.end("ollama"));
    const names = await dns((name) => (name.startsWith("metadata") ? ["169.254.169.254"] : ["127.0.0.1"]));
    const calling = client([`ollama.home:${server.port}`, "metadata.home"], { resolve: names.resolve });
    const response = await calling.fetch(`http://Ollama.home.:${server.port}/`);
    expect(await response.text()).toBe("ollama");
    await expectFailure(calling.fetch(`http://other.home:${server.port}/`), "address_refused", /other\.home/);
    await expectFailure(calling.fetch("http://ollama.home:1/"), "address_refused", /ollama\.home/);
    await expectFailure(calling.fetch("http://metadata.home/"), "address_refused", /only by its exact address/);
  });

  test("a name that does not exist is unknown, one without an address too", async () => {
    const names = await dns((name) => (name === "empty.test" ? [] : null));
    const calling = client([], { resolve: names.resolve });
    await expectFailure(calling.fetch("http://missing.test/"), "unknown_host", /missing\.test/);
    await expectFailure(calling.fetch("http://empty.test/"), "unknown_host", /empty\.test/);
  });

  test("a name server that says nothing costs no more than the time limit", async () => {
    const names = await dns(() => undefined);
    await expectFailure(client([], { resolve: names.resolve, limits: { totalMs: 150 } }).fetch("http://silent.test/"), "timeout");
  });
});

describe("answers that misbehave", () => {
  const endless: RequestListener = (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(16_384))) {
        // Until the other side takes no more.
      }
    };
    response.on("drain", more);
    more();
  };

  test.each([
    ["http://169.254.169.254/latest/meta-data/", 302],
    ["/elsewhere", 301],
    ["https://example.com/", 303],
    ["//127.0.0.1/", 307],
    [secret, 308],
    ["", 304],
  ])("a redirect to %j is not followed", async (location, status) => {
    const server = await http((_request, response) => response.writeHead(status, { location }).end(secret));
    await expectFailure(
      client().fetch(`http://127.0.0.1:${server.port}/`, { redirect: "follow" }),
      "redirected",
      new RegExp(String(status)),
    );
    expect(server.connections).toHaveLength(1);
  });

  test("an endless body is cut off at the limit", async () => {
    const server = await http(endless);
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "too_large");
    await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
    expect(server.connections[0]?.bytesWritten).toBeLessThan(8 * 1024 * 1024);
  });

  test("a body of exactly the limit is read, one byte more is not", async () => {
    const server = await http((request, response) => response.end("x".repeat(Number(request.url?.slice(1)))));
    const calling = client(["127.0.0.1"], { limits: { maxBodyBytes: 1000 } });
    const response = await calling.fetch(`http://127.0.0.1:${server.port}/1000`);
    expect(await response.text()).toHaveLength(1000);
    await expectFailure(calling.fetch(`http://127.0.0.1:${server.port}/1001`), "too_large");
  });

  test("a length that is announced as too large is not even read", async () => {
    const server = await http((_request, response) => response.writeHead(200, { "content-length": "99999999999" }).flushHeaders());
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "too_large");
  });

  test("a head that is too large ends the call", async () => {
    const server = await http((_request, response) => response.writeHead(200, { "x-big": "x".repeat(20_000) }).end());
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "too_large", /header/);
  });

  test("an endless head ends the call", async () => {
    const server = toClose(
      await startTcp((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const more = () => {
          while (!socket.destroyed && socket.write(`x-${"a".repeat(100)}: b\r\n`)) {
            // Until the other side takes no more.
          }
        };
        socket.on("drain", more);
        more();
      }),
    );
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "too_large", /header/);
  });

  test.each([
    ["a reason without end", "HTTP/1.1 200 ", "too_large", /answer/],
    ["an informational answer without end", "HTTP/1.1 103 ", "too_large", /header/],
    ["a chunk's extension without end", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "too_large", /answer/],
  ] as const)("%s ends the call as soon as it is too long", async (_what, start, code, words) => {
    const server = toClose(
      await startTcp((socket) => {
        socket.write(start);
        const more = () => {
          while (!socket.destroyed && socket.write("a".repeat(1000))) {
            // Until the other side takes no more.
          }
        };
        socket.on("drain", more);
        more();
      }),
    );
    await expectFailure(client(["127.0.0.1"], { limits: { totalMs: 60_000 } }).fetch(`http://127.0.0.1:${server.port}/`), code, words);
    await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
    expect(server.connections[0]?.bytesWritten).toBeLessThan(8 * 1024 * 1024);
  });

  test.each([
    ["100 Continue", 1],
    ["100 Continue", 5],
    ["102 Processing", 5],
    ["103 Early Hints", 5],
  ])("an answer that comes after %s, %d times, is read", async (informational, times) => {
    const bytes = `${`HTTP/1.1 ${informational}\r\n\r\n`.repeat(times)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`;
    const server = toClose(await startTcp((socket) => socket.once("data", () => socket.end(bytes))));
    const response = await client().fetch(`http://127.0.0.1:${server.port}/`);
    expect([response.status, await response.text()]).toEqual([200, "ok"]);
  });

  test("informational answers are skipped byte by byte, whatever their order", async () => {
    const bytes = "\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok";
    const server = toClose(
      await startTcp((socket) => {
        socket.setNoDelay();
        socket.once("data", () => void dripThrough(socket, bytes));
      }),
    );
    const response = await client().fetch(`http://127.0.0.1:${server.port}/`);
    expect([response.status, response.headers.get("link"), await response.text()]).toEqual([200, null, "ok"]);
  });

  async function dripThrough(socket: Socket, bytes: string): Promise<void> {
    for (const byte of bytes) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    socket.end();
  }

  test.each(["100 Continue", "103 Early Hints"])("an answer that comes after %s, six times, is not waited for", async (informational) => {
    const bytes = `${`HTTP/1.1 ${informational}\r\n\r\n`.repeat(6)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`;
    const server = toClose(await startTcp((socket) => socket.once("data", () => socket.end(bytes))));
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "reset");
  });

  test("a server that only ever says 'continue' is left", async () => {
    const server = toClose(await startTcp((socket) => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100))));
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "reset");
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("%s is decoded, and a bomb in it is not", async (encoding, compress) => {
    const server = await http((request, response) => {
      const body = request.url === "/bomb" ? Buffer.alloc(64 * 1024 * 1024) : '{"small":true}';
      response.writeHead(200, { "content-encoding": encoding }).end(compress(body));
    });
    const response = await client().fetch(`http://127.0.0.1:${server.port}/`);
    expect([await response.json(), response.headers.get("content-encoding")]).toEqual([{ small: true }, null]);
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/bomb`), "too_large");
  });

  test.each([
    ["gzip, gzip", gzipSync(gzipSync("twice"))],
    ["gzip", Buffer.from("no gzip")],
    ["gzip", gzipSync("cut off").subarray(0, 15)],
    ["br", Buffer.from("no brotli at all")],
    ["unheard-of", Buffer.from("?")],
  ])("a body that is encoded as %j and can't be read is a bad answer", async (encoding, body) => {
    const server = await http((_request, response) => response.writeHead(200, { "content-encoding": encoding }).end(body));
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "bad_answer");
  });

  test.each([
    ["nothing at all", ""],
    ["half a head", "HTTP/1.1 200 OK\r\ncontent-"],
    ["a head and one byte in a while", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"],
  ])("%s ends with the time limit", async (_what, start) => {
    const server = toClose(
      await startTcp((socket) => {
        socket.write(start);
        const drip = setInterval(() => socket.write("x"), 20);
        socket.on("close", () => clearInterval(drip));
        if (start === "") {
          clearInterval(drip);
        }
      }),
    );
    const begin = performance.now();
    await expectFailure(client(["127.0.0.1"], { limits: { totalMs: 300 } }).fetch(`http://127.0.0.1:${server.port}/`), "timeout");
    expect(performance.now() - begin).toBeLessThan(5000);
    await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
  });

  test.each([
    ["no HTTP", `SSH-2.0-${secret}\r\n`, "bad_answer"],
    ["an impossible status", "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n", "bad_answer"],
    ["a status that is none", "HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n", "bad_answer"],
    ["a status of four digits", "HTTP/1.1 1000 Odd\r\ncontent-length: 0\r\n\r\n", "bad_answer"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "bad_answer"],
    ["two other lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "bad_answer"],
    ["half a body", `HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${secret}`, "reset"],
    ["half a body of the last answer", `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n${secret}`, "reset"],
    ["half a chunk", `HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n50\r\n${secret}`, "reset"],
    ["nothing", "", "reset"],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "reset"],
  ] as const)("%s is named for what it is", async (_what, bytes, code) => {
    const server = toClose(await startTcp((socket) => socket.once("data", () => socket.end(bytes))));
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), code);
  });

  test("a port where nothing listens refuses", async () => {
    const server = await startHttp(() => undefined);
    await server.close();
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`), "refused", /127\.0\.0\.1/);
  });

  test("a caller who leaves gets the own reason, and a caller's time-out is a time-out", async () => {
    const server = await http(() => undefined);
    const leaving = new AbortController();
    const reason = new Error("I left");
    const call = client().fetch(`http://127.0.0.1:${server.port}/`, { signal: leaving.signal });
    await vi.waitFor(() => expect(server.connections).toHaveLength(1));
    leaving.abort(reason);
    await expect(call).rejects.toBe(reason);
    await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
    await expectFailure(client().fetch(`http://127.0.0.1:${server.port}/`, { signal: AbortSignal.timeout(50) }), "timeout");
    await expect(client().fetch(`http://127.0.0.1:${server.port}/`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("a caller who leaves", () => {
  const reason = new Error("I left");

  test("before the call has nothing looked up", async () => {
    const resolve = vi.fn<ResolveHost>(async () => Promise.resolve(["127.0.0.1"]));
    const call = client(["127.0.0.1"], { resolve }).fetch("http://name.test/", { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
    await new Promise(setImmediate);
    expect(resolve).not.toHaveBeenCalled();
  });

  test("while a name is looked up has nothing connected when it is found", async () => {
    const server = await http((_request, response) => response.end("ok"));
    const found = Promise.withResolvers<string[]>();
    const leaving = new AbortController();
    const resolve = vi.fn<ResolveHost>(async () => found.promise);
    const call = client(["127.0.0.1"], { resolve }).fetch(`http://name.test:${server.port}/`, { signal: leaving.signal });
    await vi.waitFor(() => expect(resolve).toHaveBeenCalled());
    leaving.abort(reason);
    await expect(call).rejects.toBe(reason);
    found.resolve(["127.0.0.1"]);
    const others = client(["127.0.0.1"], { resolve }).fetch(`http://name.test:${server.port}/`);
    expect((await others).status).toBe(200);
    expect(server.connections).toHaveLength(1);
  });

  test.each([
    ["in the middle of the handshake", "https", ""],
    ["in the middle of the head", "http", "HTTP/1.1 200 OK\r\nx-"],
    ["in the middle of the body", "http", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx"],
  ])("%s ends the connection", async (_what, protocol, start) => {
    const begun = Promise.withResolvers<undefined>();
    const server = toClose(
      await startTcp(
        (socket) => void socket.once("data", () => socket.write(start === "" ? "\x16" : start, () => begun.resolve(undefined))),
      ),
    );
    const leaving = new AbortController();
    const call = client().fetch(`${protocol}://127.0.0.1:${server.port}/`, { signal: leaving.signal });
    await begun.promise;
    leaving.abort(reason);
    await expect(call).rejects.toBe(reason);
    await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
  });
});

describe("TLS", () => {
  const authority = createAuthority("Test authority");
  const trusting = { trustedCertificates: [authority.certificate] };

  test.each([
    ["login.test", "login.test"],
    ["login.test.", "login.test"],
    ["127.0.0.1", false],
  ])("a certificate for %s is accepted at the address that was judged, and the server is told the name %s", async (host, servername) => {
    const identity = authority.issue(["login.test", "127.0.0.1"]);
    const server = toClose(
      await startHttps(identity, (request, response) => {
        response.end(JSON.stringify("servername" in request.socket ? request.socket.servername : null));
      }),
    );
    const names = await dns(() => ["127.0.0.1"]);
    const calling = client(["127.0.0.1"], { ...trusting, resolve: names.resolve });
    const response = await calling.fetch(`https://${host}:${server.port}/`);
    expect(await response.json()).toBe(servername);
  });

  test.each([
    ["another name", () => authority.issue(["other.test"]), trusting, /another name/],
    ["the address but not the name", () => authority.issue(["127.0.0.1"]), trusting, /another name/],
    ["an end in the past", () => authority.issue(["login.test"], new Date(Date.now() - 1000)), trusting, /expired/],
    ["an authority that nobody trusts", () => createAuthority("Stranger").issue(["login.test"]), trusting, /trusts/],
    ["an authority that was not given", () => authority.issue(["login.test"]), {}, /trusts/],
  ])("a certificate with %s is refused, whatever the environment says", async (_what, issue, options, words) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const requests: string[] = [];
    const server = toClose(await startHttps(issue(), (request, response) => response.end(String(requests.push(request.url ?? "")))));
    const names = await dns(() => ["127.0.0.1"]);
    const calling = client(["127.0.0.1"], { ...options, resolve: names.resolve });
    await expectFailure(calling.fetch(`https://login.test:${server.port}/`, { headers: { authorization: secret } }), "tls", words);
    expect(requests).toEqual([]);
  });

  test("a port that speaks plain HTTP is told apart", async () => {
    const server = await http((_request, response) => response.end("plain"));
    await expectFailure(client().fetch(`https://127.0.0.1:${server.port}/`), "tls", /does not speak TLS/);
  });

  test.each([
    ["closes", (socket: Socket) => socket.end()],
    ["breaks off", (socket: Socket) => socket.resetAndDestroy()],
  ])("a server that %s in the middle of the handshake is told as such", async (_what, leave) => {
    const server = toClose(await startTcp((socket) => void socket.once("data", () => leave(socket))));
    await expectFailure(client().fetch(`https://127.0.0.1:${server.port}/`), "reset");
  });

  test("a handshake that never ends, ends with the time limit", async () => {
    const server = toClose(await startTcp(() => undefined));
    await expectFailure(client(["127.0.0.1"], { limits: { totalMs: 200 } }).fetch(`https://127.0.0.1:${server.port}/`), "timeout");
    await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
  });
});

describe("json", () => {
  test.each([
    ['{"data":[{"id":"m"}]}', { isReadable: true, value: { data: [{ id: "m" }] } }],
    ["<!doctype html>", { isReadable: false, fault: "not_json" }],
    ["[".repeat(33) + "]".repeat(33), { isReadable: false, fault: "too_deep" }],
  ])("%s comes with its status", async (text, json) => {
    const server = await http((_request, response) => response.writeHead(401).end(text));
    expect(await client().json(`http://127.0.0.1:${server.port}/`)).toMatchObject({ status: 401, json });
  });
});

describe("as the fetch of openid-client", () => {
  async function discover(allowed: readonly string[], handle?: RequestListener): Promise<oidc.Configuration> {
    const server = await http((request, response) => {
      const issuer = `http://${request.headers.host ?? ""}`;
      const document = { issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t`, jwks_uri: `${issuer}/j` };
      (handle ?? ((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify(document))))(
        request,
        response,
      );
    });
    return oidc.discovery(new URL(`http://127.0.0.1:${server.port}`), "mosaic", "client-secret", undefined, {
      [oidc.customFetch]: client(allowed).fetch,
      execute: [oidc.allowInsecureRequests],
    });
  }

  test("an allowed issuer is discovered", async () => {
    const configuration = await discover(["127.0.0.1"]);
    expect(configuration.serverMetadata().token_endpoint).toMatch(/\/t$/);
  });

  test("a refused issuer is an OutboundError that the caller can find", async () => {
    const error: unknown = await discover([]).catch((error: unknown) => error);
    expect(findOutboundError(error)).toMatchObject({ code: "address_refused" });
  });

  test("an issuer that redirects is an OutboundError that the caller can find", async () => {
    const redirect: RequestListener = (_request, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    const error: unknown = await discover(["127.0.0.1"], redirect).catch((error: unknown) => error);
    expect(findOutboundError(error)).toMatchObject({ code: "redirected" });
  });

  function findOutboundError(error: unknown): unknown {
    return error instanceof Error && !(error instanceof OutboundError) ? findOutboundError(error.cause) : error;
  }
});
