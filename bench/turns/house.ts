import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@mosaic/testing/free-port";
import type { FakeGateway } from "@mosaic/testing/fake-gateway";
import { listenTo, type Asked } from "../../apps/api/test/harness/asked-statements.js";
import { createAgent, createConversation, say } from "../../apps/api/test/harness/chat.js";
import { InMemoryEngine } from "../../apps/api/test/harness/in-memory-runtime.js";
import { serveEngine, type RemoteEngine } from "../../apps/api/test/harness/remote-engine.js";
import { memberOf } from "../../apps/api/test/harness/test-app.js";
import type { TestClient } from "../../apps/api/test/harness/test-client.js";
import { createTestDatabase, type TestDatabase } from "../../apps/api/test/harness/test-database.js";

const entry = fileURLToPath(new URL("../../apps/api/test/harness/mosaic-process.mjs", import.meta.url));
const profileFolder = process.env["PROFILE"];
const profileFlags = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
/** Of the kernel's clock, in which /proc counts. */
const tickMs = 10;

/** Mosaic as a process of its own, with the real Postgres. What is lent to it is the engine, whose gateways are stubs of this process. */
export interface House {
  readonly url: string;
  readonly database: TestDatabase;
  readonly engine: InMemoryEngine;
  readonly remote: RemoteEngine;
  /** As it is now. */
  readonly child: ChildProcess;
  /** A new process, which has done nothing yet. The agents run on. */
  restart(flags: Flags): Promise<void>;
  close(): Promise<void>;
}

export interface Talk {
  readonly client: TestClient;
  readonly agentId: string;
  readonly conversationId: string;
}

/** Node's flags for Mosaic. PROFILE names a folder for a profile of its processor time. */
type Flags = readonly string[];

export async function openHouse(): Promise<House> {
  const database = await createTestDatabase();
  const engine = new InMemoryEngine();
  const remote: RemoteEngine = await serveEngine(engine);
  const ports = await newPorts();
  const start = async (flags: Flags): Promise<ChildProcess> =>
    startMosaic(remote, database.url, { ports, flags: [...profileFlags, ...flags] });
  const end = async (): Promise<void> => {
    // A profile is written by a process that ends by itself.
    child.kill(profileFlags.length === 0 ? "SIGKILL" : "SIGTERM");
    await once(child, "exit");
  };
  let child = await start([]);
  return {
    url: urlOf(ports),
    database,
    engine,
    remote,
    get child() {
      return child;
    },
    restart: async (flags) => {
      await end();
      child = await start(flags);
    },
    close: async () => {
      await end();
      await engine.close();
      await remote.close();
      await database.drop();
    },
  };
}

interface Ports {
  readonly open: number;
  readonly internal: number;
}

const urlOf = ({ open }: Ports): string => `http://127.0.0.1:${open}`;

async function newPorts(): Promise<Ports> {
  return { open: await freePort(), internal: await freePort() };
}

async function startMosaic(
  remote: RemoteEngine,
  databaseUrl: string,
  { ports, flags = [] }: { ports: Ports; flags?: Flags },
): Promise<ChildProcess> {
  const child = fork(entry, {
    silent: true,
    execArgv: [...flags],
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: databaseUrl,
      MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop",
      MOSAIC_RUNTIME: "docker",
      PORT: String(ports.open),
      MOSAIC_INTERNAL_PORT: String(ports.internal),
      LOG_LEVEL: "error",
      ENGINE_URL: remote.url,
    },
  });
  child.stderr?.pipe(process.stderr);
  child.stdout?.resume();
  await once(child, "message");
  return child;
}

/** With an agent that runs already. */
export async function talkOf(house: House, name: string): Promise<Talk> {
  const client = await memberOf(house.url, house.database, name);
  const { id: agentId } = await createAgent(client);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "hello");
  return { client, agentId, conversationId };
}

/** What Postgres was asked while a turn went on. */
export interface AskedTurn {
  readonly asked: readonly Asked[];
  /** When the gateway had the message. */
  readonly takenAtMs: number;
  readonly tookMs: number;
}

export interface AskedTurns {
  readonly turns: readonly AskedTurn[];
  /** What the process asks by itself, while nobody has it do anything. */
  readonly idle: Counted;
  readonly idleMs: number;
}

const idleMs = 4_000;

/** Turns through a second Mosaic, with one who listens between it and Postgres: their times mean nothing. */
export async function askedByTurns(
  house: House,
  gateway: FakeGateway,
  options: { readonly count: number; readonly behaviour?: Parameters<FakeGateway["setBehaviour"]>[0] },
  turn: (url: string) => Promise<unknown>,
): Promise<AskedTurns> {
  const listener = await listenTo(house.database.url);
  const ports = await newPorts();
  const child = await startMosaic(house.remote, listener.url, { ports });
  try {
    let takenAtMs = 0;
    gateway.setBehaviour((seen) => {
      takenAtMs = performance.now();
      return options.behaviour?.(seen);
    });
    const turns: AskedTurn[] = [];
    for (let index = 0; index < options.count; index += 1) {
      const from = listener.asked.length;
      const startedAt = performance.now();
      await turn(urlOf(ports));
      // What is still written when the reader has everything belongs to the turn.
      await sleep(50);
      turns.push({ asked: listener.asked.slice(from), takenAtMs, tookMs: performance.now() - startedAt });
    }
    const from = listener.asked.length;
    await sleep(idleMs);
    return { turns, idle: counted(listener.asked.slice(from)), idleMs };
  } finally {
    gateway.setBehaviour(options.behaviour ?? null);
    child.kill("SIGKILL");
    await listener.close();
  }
}

export interface Counted {
  readonly commits: number;
  /** Without those that only begin and end transactions. */
  readonly statements: number;
}

export function counted(statements: readonly Asked[]): Counted {
  return {
    commits: statements.filter(({ isCommit }) => isCommit).length,
    statements: statements.filter(({ isControl }) => !isControl).length,
  };
}

/** Processor time that a process has taken, all its threads together. */
export async function cpuMsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
