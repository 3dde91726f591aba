import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@mosaic/testing/free-port";
import { InMemoryEngine } from "../harness/in-memory-runtime.js";
import { serveEngine, type RemoteEngine } from "../harness/remote-engine.js";
import { adminOf, memberOf } from "../harness/test-app.js";
import type { TestClient } from "../harness/test-client.js";
import { createTestDatabase, type TestDatabase } from "../harness/test-database.js";

const apiEntry = fileURLToPath(new URL("../harness/mosaic-process.mjs", import.meta.url));
const bystanderEntry = fileURLToPath(new URL("bystander.mjs", import.meta.url));

/** What the bystander saw in a while. */
export interface Sight {
  readonly count: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers that were not 200, and connections that broke. */
  readonly failures: readonly string[];
}

/** Mosaic in a process of its own, with people, agents in an engine of this process, and a bystander in a third. */
export interface House {
  readonly url: string;
  readonly internalUrl: string;
  readonly database: TestDatabase;
  readonly engine: InMemoryEngine;
  readonly admin: TestClient;
  member(name: string): Promise<TestClient>;
  /** What the bystander has seen since the last look. */
  look(): Promise<Sight>;
  /** Bytes that the API holds after a garbage collection. */
  heldBytes(): Promise<number>;
  /** Bytes of memory that its process had at most since the last question. */
  peakBytes(): Promise<number>;
  isAlive(): boolean;
  output(): string;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const database = await createTestDatabase();
  const engine = new InMemoryEngine();
  const remote = await serveEngine(engine);
  const ports = { public: await freePort(), internal: await freePort() };
  const url = `http://127.0.0.1:${ports.public}`;
  const api = await startApi(database, remote, ports);
  const admin = await adminOf(url, database);
  const watching = await memberOf(url, database, "bystander");
  const bystander = fork(bystanderEntry, { env: { BYSTANDER_URL: url, BYSTANDER_COOKIE: watching.cookie ?? "" } });
  return {
    url,
    internalUrl: `http://127.0.0.1:${ports.internal}`,
    database,
    engine,
    admin,
    member: async (name) => memberOf(url, database, name),
    look: async () => sightOf((await ask(bystander, "mark")) as { latencies: number[]; failures: string[] }),
    heldBytes: async () => (await ask(api.child, "memory")) as number,
    peakBytes: async () => peakOf(api.child),
    isAlive: () => api.child.exitCode === null && api.child.signalCode === null,
    output: api.output,
    close: async () => {
      bystander.kill("SIGKILL");
      api.child.kill("SIGKILL");
      await engine.close();
      await remote.close();
      await database.drop();
    },
  };
}

async function startApi(
  database: TestDatabase,
  remote: RemoteEngine,
  ports: { public: number; internal: number },
): Promise<{ child: ChildProcess; output: () => string }> {
  const child = fork(apiEntry, {
    silent: true,
    execArgv: ["--expose-gc"],
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: database.url,
      MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop",
      MOSAIC_RUNTIME: "docker",
      PORT: String(ports.public),
      MOSAIC_INTERNAL_PORT: String(ports.internal),
      LOG_LEVEL: "error",
      ENGINE_URL: remote.url,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => (output = `${output}${String(chunk)}`.slice(-20_000)));
  }
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => {
      throw new Error(`Mosaic ended:\n${output}`);
    }),
  ]);
  return { child, output: () => output };
}

async function ask(child: ChildProcess, question: string): Promise<unknown> {
  const answer = once(child, "message");
  child.send(question);
  return (await answer)[0];
}

function sightOf({ latencies, failures }: { latencies: readonly number[]; failures: readonly string[] }): Sight {
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    p99Ms: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0,
    maxMs: sorted.at(-1) ?? 0,
    failures,
  };
}

/** Linux keeps the high-water mark of a process' memory, and starts it anew on request. Source: proc(5), clear_refs. */
async function peakOf(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  await writeFile(`/proc/${child.pid}/clear_refs`, "5").catch(() => undefined);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
