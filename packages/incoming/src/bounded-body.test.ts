import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { readBeginning, readBounded, receiveBody, type BodyFault } from "./bounded-body.js";

const servers: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  servers.splice(0).forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
});

class Refused extends Error {
  readonly fault: BodyFault;

  constructor(fault: BodyFault) {
    super(fault);
    this.fault = fault;
  }
}

interface Sent {
  readonly pieces: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly ending?: "end" | "leave" | "nothing";
  /** Before it is read. */
  readonly isGone?: boolean;
}

/** What the reader makes of a body: its text, or its fault. */
async function outcomeOf(
  { pieces, headers = {}, ending = "end", isGone = false }: Sent,
  limits = { maxBytes: 1_000, arrivalMs: 5_000 },
): Promise<string> {
  const outcome = Promise.withResolvers<string>();
  const read = async (incoming: IncomingMessage): Promise<string> => {
    if (isGone) {
      incoming.destroy();
    }
    const body = await receiveBody(incoming, limits, (fault) => new Refused(fault));
    return body.toString();
  };
  const server = createServer((incoming) => {
    read(incoming).then(outcome.resolve, (error: unknown) => outcome.resolve(error instanceof Refused ? error.fault : String(error)));
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  const call = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", method: "POST", headers });
  call.on("error", () => undefined);
  pieces.forEach((piece) => call.write(piece));
  if (ending === "end") {
    call.end();
  } else if (ending === "leave") {
    setTimeout(() => call.destroy(), 50);
  }
  return outcome.promise;
}

const long = "0123456789".repeat(20_000);

test.each<[string, Sent, { maxBytes: number; arrivalMs: number } | undefined, string]>([
  ["whole, with its length", { pieces: ["one", "two"], headers: { "content-length": "6" } }, undefined, "onetwo"],
  ["whole, without its length", { pieces: ["one", "two"] }, undefined, "onetwo"],
  ["whole, exactly as long as it may be", { pieces: ["x".repeat(1_000)] }, undefined, "x".repeat(1_000)],
  ["whole, and longer than what was set aside at first", { pieces: [long] }, { maxBytes: 300_000, arrivalMs: 5_000 }, long],
  ["empty", { pieces: [] }, undefined, ""],
  ["announced as too long", { pieces: ["{"], headers: { "content-length": "1001" }, ending: "nothing" }, undefined, "too_large"],
  ["one byte too long", { pieces: ["x".repeat(999), "xx"] }, undefined, "too_large"],
  ["late", { pieces: ["{"], ending: "nothing" }, { maxBytes: 1_000, arrivalMs: 50 }, "late"],
  ["broken off", { pieces: ["{"], headers: { "content-length": "9" }, ending: "leave" }, undefined, "broken_off"],
  ["gone before anybody read it", { pieces: ["{"], isGone: true }, undefined, "gone"],
])("a request's body that is %s", async (_what, sent, limits, expected) => {
  expect(await outcomeOf(sent, limits)).toBe(expected);
});

function* pieces(count: number): Generator<Buffer> {
  for (let sent = 0; sent < count; sent += 1) {
    yield Buffer.from("abcd");
  }
}

const tooLarge = (): Error => new Refused("too_large");

test("an answer is read whole up to its limit, and one that is longer is refused and left", async () => {
  const [exact, longer] = [Readable.from(pieces(25_000)), Readable.from(pieces(Infinity))];
  expect((await readBounded(exact, 100_000, tooLarge)).toString()).toBe("abcd".repeat(25_000));
  await expect(readBounded(longer, 99_999, tooLarge)).rejects.toMatchObject({ fault: "too_large" });
  expect(longer.destroyed).toBe(true);
});

test("an answer that announces too much is refused before any of it is read", async () => {
  const announcing = Readable.from(pieces(Infinity));
  await expect(readBounded(announcing, 10, tooLarge, "11")).rejects.toMatchObject({ fault: "too_large" });
  expect(announcing.readableDidRead).toBe(false);
});

test("of an answer no more is kept than may be, and the rest is left", async () => {
  const body = Readable.from(pieces(Infinity));
  expect(await readBeginning(body, 10)).toBe("abcdabcdab");
  expect(body.destroyed).toBe(true);
});

test("an answer that breaks off is read as far as it came", async () => {
  const body = Readable.from(
    (function* broken() {
      yield Buffer.from("no such ");
      yield Buffer.from("model");
      throw new Error("reset");
    })(),
  );
  expect(await readBeginning(body)).toBe("no such model");
});
