import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { announcedBytes, cutOffUnread, readBody } from "./relay-body.js";

const servers: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  servers.splice(0).forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
});

interface Outcome {
  readonly status: number;
  readonly text: string;
  readonly connection: string | undefined;
}

/** What the reader says of a body that is sent in these pieces, and perhaps never ended. */
async function outcomeOf(
  pieces: readonly string[],
  { headers = {}, isEnded = true, maxBytes = 1_000, arrivalMs = 5_000 } = {},
): Promise<Outcome> {
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await readBody(incoming, { maxBytes: announcedBytes(incoming, maxBytes), arrivalMs });
      response.end(body);
    } catch (error) {
      response.statusCode = 400;
      response.end(error instanceof Error && "code" in error ? String(error.code) : "other");
    } finally {
      cutOffUnread(incoming, response);
    }
  };
  const server = createServer((incoming, response) => void answer(incoming, response)).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return new Promise((resolve, reject) => {
    const call = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, connection: response.headers.connection }));
    });
    call.on("error", reject);
    pieces.forEach((piece) => call.write(piece));
    if (isEnded) {
      call.end();
    }
  });
}

test.each([
  ["with its length", { "content-length": "9" }],
  ["without its length", { "transfer-encoding": "chunked" }],
])("a body %s is read whole", async (_what, headers) => {
  expect(await outcomeOf(["one", "two", "six"], { headers })).toMatchObject({ status: 200, text: "onetwosix" });
});

test("a body that grows beyond what was set aside at first is read whole", async () => {
  const text = "0123456789".repeat(20_000);
  expect((await outcomeOf([text], { headers: { "transfer-encoding": "chunked" }, maxBytes: 300_000 })).text).toBe(text);
});

test.each([
  ["announces too much", { headers: { "content-length": "1001" }, isEnded: false }, "body_too_large"],
  ["announces nonsense in place of a coding", { headers: { "content-encoding": "gzip" } }, "unsupported_media_type"],
  ["does not arrive", { headers: { "content-length": "900" }, isEnded: false, arrivalMs: 50 }, "invalid_input"],
])("a body that %s is refused, and its connection ends with the answer", async (_what, options, code) => {
  expect(await outcomeOf(["{"], options)).toEqual({ status: 400, text: code, connection: expect.stringMatching(/close|keep-alive/) });
});

test("a body that is longer than it may be is refused", async () => {
  expect((await outcomeOf(["x".repeat(1_001)], { headers: { "transfer-encoding": "chunked" } })).text).toBe("body_too_large");
});
