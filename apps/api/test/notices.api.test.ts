import { randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Logger } from "../src/platform/logging/logger.js";
import { channelNames, type Payload } from "../src/platform/notices/channels.js";
import { Notices, send } from "../src/platform/notices/notices.js";
import { PrismaService } from "../src/platform/database/prisma.service.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

interface Line {
  readonly message: string;
  readonly channel: unknown;
}

class RecordingLogger extends Logger {
  readonly lines: Line[] = [];

  constructor() {
    super("silent");
  }

  override warn(message: string, fields?: Parameters<Logger["warn"]>[1]): void {
    this.lines.push({ message, channel: channelOf(fields) });
  }

  override error(message: string, _error?: unknown, fields?: Parameters<Logger["error"]>[2]): void {
    this.lines.push({ message, channel: channelOf(fields) });
  }
}

const channelOf = (fields: Parameters<Logger["warn"]>[1]): unknown => (typeof fields === "object" ? fields["channel"] : undefined);

const logger = new RecordingLogger();
let app: TestApp;
let notices: Notices;
let prisma: PrismaService;

beforeAll(async () => {
  app = await startTestApp({ replace: [{ token: Logger, value: logger }] });
  notices = app.nest.get(Notices, { strict: false });
  prisma = app.nest.get(PrismaService, { strict: false });
});

afterAll(async () => {
  await app.close();
});

/** What somebody at the database, or a process of another release, says. */
async function say(channel: string, text: string): Promise<void> {
  await app.database.query("SELECT pg_notify($1, $2)", [channel, text]);
}

async function hear<Result>(work: (heard: Payload<"mosaic_sessions">[]) => Promise<Result>): Promise<Result> {
  const heard: Payload<"mosaic_sessions">[] = [];
  const stop = await notices.listen("mosaic_sessions", { onNotice: (ending) => void heard.push(ending), onGap: () => undefined });
  try {
    return await work(heard);
  } finally {
    stop();
  }
}

test("every channel of the table is listened to by the running application, which drops and logs what it can't read", async () => {
  const dropped = (): unknown[] =>
    logger.lines.flatMap(({ message, channel }) => (message === "dropped a notice that can't be read" ? [channel] : []));
  for (const channel of channelNames) {
    await say(channel, '{"no":"such notice"');
  }
  await expect.poll(() => new Set(dropped())).toEqual(new Set(channelNames));
  // All listeners live: what can be read is heard as before.
  await hear(async (heard) => {
    await say("mosaic_sessions", "not JSON");
    const ending = { userId: randomUUIDv7() };
    await notices.tell({ channel: "mosaic_sessions", payload: ending });
    await expect.poll(() => heard).toEqual([ending]);
  });
  expect((await app.visitor().get("/api/health")).status).toBe(200);
});

test("a notice of a transaction that rolls back is not heard", async () => {
  await hear(async (heard) => {
    const [undone, done] = [{ userId: randomUUIDv7() }, { userId: randomUUIDv7() }];
    const rolledBack = prisma.$transaction(async (transaction) => {
      await send(transaction, { channel: "mosaic_sessions", payload: undone });
      throw new Error("something else failed");
    });
    await expect(rolledBack).rejects.toThrow("something else failed");
    // Postgres keeps the order of commits: had the first been sent, it would be heard before this one.
    await prisma.$transaction(async (transaction) => send(transaction, { channel: "mosaic_sessions", payload: done }));
    await expect.poll(() => heard).toEqual([done]);
  });
});

test("one listener's fault keeps a notice neither from the others nor the process from going on", async () => {
  const fail = (): never => {
    throw new Error("a fault");
  };
  const stop = await notices.listen("mosaic_sessions", { onNotice: fail, onGap: fail });
  await hear(async (heard) => {
    const ending = { sessionId: randomUUIDv7() };
    await notices.tell({ channel: "mosaic_sessions", payload: ending });
    await expect.poll(() => heard).toEqual([ending]);
  });
  stop();
  expect(logger.lines).toContainEqual({ message: "a listener failed on a notice", channel: "mosaic_sessions" });
});
