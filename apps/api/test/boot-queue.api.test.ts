import type { Agent } from "@mosaic/contracts/agent";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MachinePace } from "../src/platform/pace/machine-pace.js";
import { agentOf, createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
import { CrowdedMachine } from "./harness/crowded-machine.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

interface Sleeper {
  readonly client: TestClient;
  readonly agentId: string;
  readonly conversationId: string;
}

const tooBusy = "the gateway ended with code 78: state lease heartbeat did not become ready (phase=startup, timeoutMs=5000)";

const soon = { timeout: 20_000 };

let app: TestApp;
let engine: InMemoryEngine;

beforeEach(() => {
  engine = new InMemoryEngine();
  // One boots at a time.
  engine.faults.cores = 2;
});

afterEach(async () => {
  await app.close();
  await engine.close();
});

async function open(options: Parameters<typeof startTestApp>[0] = {}): Promise<void> {
  app = await startTestApp({ runtime: engine, ...options });
}

/** A person with an agent that nobody has started. */
async function sleeper(username: string, client?: TestClient): Promise<Sleeper> {
  const person = client ?? (await app.member(username));
  const { id: agentId } = await createAgent(person, { name: username });
  return { client: person, agentId, conversationId: await createConversation(person, agentId) };
}

/** One after the other: what is asked about here comes afterwards, all at once. */
async function sleepers(count: number): Promise<Sleeper[]> {
  const made: Sleeper[] = [];
  while (made.length < count) {
    made.push(await sleeper(`person-${made.length}`));
  }
  return made;
}

async function wake({ client, conversationId }: Sleeper): Promise<Turn> {
  return Turn.open(client, conversationId, "hello");
}

const placesOf = ({ events }: Turn): number[] =>
  events.flatMap((event) => (event.type === "stage" && event.stage === "queued" && event.place !== undefined ? [event.place] : []));

/** The agents in the order in which their containers were started. */
function startOrder(): string[] {
  const names = engine.calls.filter((call) => call.startsWith("start ")).map((call) => call.slice("start ".length));
  return names.flatMap((name) => engine.containers.get(name)?.spec.agentId ?? []);
}

async function places(): Promise<{ agent_id: string }[]> {
  return app.database.query("SELECT agent_id FROM boot_places ORDER BY entered_at");
}

test("ten first messages at once on two cores are all answered, one boot at a time, in little more time than one after the other", async () => {
  const machine = new CrowdedMachine(1_000, 2);
  engine.faults.crowd = machine;
  await open();
  // Shorter than the wait of those at the end: waiting is not counted.
  await app.database.query("UPDATE backends SET ready_timeout_ms = 10000");
  const [first, ...crowd] = (await sleepers(11)) as [Sleeper, ...Sleeper[]];
  const aloneAt = performance.now();
  expect((await say(first.client, first.conversationId, "hello")).message.status).toBe("complete");
  const aloneMs = performance.now() - aloneAt;

  const startedAt = performance.now();
  const turns = await Promise.all(crowd.map(wake));
  const readyAfterMs = await Promise.all(
    turns.map(async (turn) => {
      expect((await turn.done()).message).toMatchObject({ status: "complete", error: null });
      return performance.now() - startedAt;
    }),
  );
  expect([machine.worst, machine.failed]).toEqual([1, 0]);
  expect(Math.max(...readyAfterMs) / (10 * aloneMs)).toBeLessThan(1.2);
  for (const turn of turns) {
    const told = placesOf(turn);
    expect(told).toEqual([...told].toSorted((a, b) => b - a));
    expect(turn.stages.indexOf("queued")).toBeLessThan(turn.stages.indexOf("creating"));
  }
  expect(Math.max(...turns.flatMap(placesOf))).toBeGreaterThanOrEqual(8);
  expect(await places()).toEqual([]);
}, 120_000);

test("without the queue the same crowd ends as the field saw it: the boots fail each other", async () => {
  const machine = new CrowdedMachine(300, 2);
  engine.faults.crowd = machine;
  await open({ env: { MOSAIC_STARTS_AT_ONCE: "10" } });
  const turns = await Promise.all((await sleepers(10)).map(wake));
  const ends = await Promise.all(turns.map(async (turn) => turn.done()));
  expect(machine.worst).toBeGreaterThan(3);
  expect(machine.failed).toBeGreaterThan(0);
  expect(ends.some(({ message }) => message.status === "failed")).toBe(true);
}, 60_000);

test("somebody with many agents lets the others in: the queue goes round the people", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open();
  const ann = await sleeper("ann");
  const anns = [ann, ...(await Promise.all([2, 3, 4].map(async (index) => sleeper(`ann-${index}`, ann.client))))];
  const bob = await sleeper("bob");
  const carl = await sleeper("carl");
  const turns: Turn[] = [];
  for (const one of [...anns, bob, carl]) {
    const turn = await wake(one);
    await turn.until(({ stages }) => stages.includes(turns.length === 0 ? "waiting" : "queued"));
    turns.push(turn);
  }
  // Bob and Carl came last and are before all but the one that boots.
  await expect.poll(() => turns.map((turn) => placesOf(turn).at(-1)), soon).toEqual([undefined, 3, 4, 5, 1, 2]);
  engine.faults.readyAfterMs = 0;
  engine.gatewayOf(ann.agentId).setReady(true);
  await Promise.all(turns.map(async (turn) => expect((await turn.done()).message.status).toBe("complete")));
  expect(startOrder()).toEqual([ann, bob, carl, ...anns.slice(1)].map(({ agentId }) => agentId));
}, 60_000);

test("a start that nobody waits for comes after all that somebody waits for, and is brought forward when somebody does", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open();
  const ann = await sleeper("ann");
  const bob = await sleeper("bob");
  const admin = await app.admin();
  const first = await wake(ann);
  await first.until(({ stages }) => stages.includes("waiting"));
  const { id: providerId } = (await admin.post("/api/providers", { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] })).json<{
    id: string;
  }>();
  const model = { providerId, model: "mosaic-demo" };
  const system = (await admin.post("/api/admin/system-agents", { name: "Concierge", model })).json<Agent>();
  const placeOf = async (): Promise<number | undefined> =>
    (await admin.get(`/api/admin/system-agents/${system.id}`)).json<Agent>().stage?.place;
  await expect.poll(placeOf, soon).toBe(1);
  const second = await wake(bob);
  await expect.poll(() => placesOf(second), soon).toEqual([1]);
  await expect.poll(placeOf, soon).toBe(2);

  const asked = await Turn.open(admin, await createConversation(admin, system.id), "hello");
  await asked.until((turn) => placesOf(turn).length > 0);
  await expect
    .poll(async () => app.database.query("SELECT is_background FROM boot_places WHERE agent_id = $1", [system.id]), soon)
    .toEqual([{ is_background: false }]);
  engine.faults.readyAfterMs = 0;
  engine.gatewayOf(ann.agentId).setReady(true);
  const ends = await Promise.all([first, second, asked].map(async (turn) => turn.done()));
  expect(ends.map(({ message }) => message.status)).toEqual(["complete", "complete", "complete"]);
}, 60_000);

test("who stops the agent, deletes it or stops the answer while waiting frees the place, and nothing is made or told as a fault", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open();
  const [boots, stops, deletes, leaves, stays, lasts] = (await Promise.all(
    ["boots", "stops", "deletes", "leaves", "stays", "lasts"].map(async (name) => sleeper(name)),
  )) as [Sleeper, Sleeper, Sleeper, Sleeper, Sleeper, Sleeper];
  const first = await wake(boots);
  await first.until(({ stages }) => stages.includes("waiting"));
  const [stopped, deleted, left, stayed] = (await Promise.all([stops, deletes, leaves, stays].map(wake))) as [Turn, Turn, Turn, Turn];
  await Promise.all([stopped, deleted, left, stayed].map(async (turn) => turn.until((each) => placesOf(each).length > 0)));
  // Started by hand: it is wanted although no page waits for it.
  expect((await lasts.client.post(`/api/agents/${lasts.agentId}/start`)).status).toBe(202);

  expect(await stop(leaves.client, await left.answerId())).toBe(204);
  expect((await stops.client.post(`/api/agents/${stops.agentId}/stop`)).status).toBe(202);
  expect((await deletes.client.delete(`/api/agents/${deletes.agentId}`)).status).toBe(204);
  await Promise.all([stopped.ended, deleted.ended]);
  await expect.poll(() => placesOf(stayed).at(-1), soon).toBe(1);
  await expect.poll(async () => (await agentOf(lasts.client, lasts.agentId)).stage, soon).toMatchObject({ stage: "queued", place: 2 });
  await expect
    .poll(async () => agentOf(leaves.client, leaves.agentId), soon)
    .toMatchObject({ status: "stopped", error: null, stage: null });
  await expect.poll(async () => agentOf(stops.client, stops.agentId), soon).toMatchObject({ status: "stopped", error: null });
  expect(engine.containers.size).toBe(1);

  engine.faults.readyAfterMs = 0;
  engine.gatewayOf(boots.agentId).setReady(true);
  expect((await stayed.done()).message.status).toBe("complete");
  await expect.poll(async () => (await agentOf(lasts.client, lasts.agentId)).status, soon).toBe("running");
  // Whoever gave up may come back.
  expect((await say(leaves.client, leaves.conversationId, "hello")).message.status).toBe("complete");
}, 60_000);

test("who comes for an agent in the moment in which the last one gives up is served all the same", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open();
  const ann = await sleeper("ann");
  const bob = await sleeper("bob");
  const first = await wake(ann);
  await first.until(({ stages }) => stages.includes("waiting"));
  const second = await createConversation(bob.client, bob.agentId);
  const left = await wake(bob);
  await left.until((turn) => placesOf(turn).length > 0);
  expect(await stop(bob.client, await left.answerId())).toBe(204);
  const back = await Turn.open(bob.client, second, "hello again");
  engine.faults.readyAfterMs = 0;
  engine.gatewayOf(ann.agentId).setReady(true);
  expect((await back.done()).message.status).toBe("complete");
}, 60_000);

test("two processes share one queue, and what Postgres drops in between costs nobody a place", async () => {
  const machine = new CrowdedMachine(400, 2);
  engine.faults.crowd = machine;
  await open();
  const other = await startTestApp({ database: app.database, runtime: engine });
  const people = await sleepers(6);
  const there = people.map(({ client, ...rest }, index) => ({
    ...rest,
    client: index % 2 === 0 ? client : new TestClient(other.url, { cookie: client.cookie ?? "" }),
  }));
  const turns = await Promise.all(there.map(wake));
  await expect.poll(() => turns.filter(({ stages }) => stages.includes("queued")).length, soon).toBeGreaterThanOrEqual(5);
  await app.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  const ends = await Promise.all(turns.map(async (turn) => turn.done()));
  expect(ends.map(({ message }) => message.status)).toEqual(Array.from({ length: 6 }, () => "complete"));
  expect(machine.failed).toBe(0);
  expect(people.map(({ agentId }) => engine.of(agentId).startCount)).toEqual([1, 1, 1, 1, 1, 1]);
  await other.close();
}, 60_000);

test("a place whose process is gone is nobody's", async () => {
  await open();
  const ann = await sleeper("ann");
  const ghost = await sleeper("ghost");
  await app.database.query(
    `INSERT INTO boot_places (agent_id, start_id, owner_id, lock_key, is_background, round, admitted_at)
     VALUES ($1, 'gone', NULL, $2, false, 0, now())`,
    [ghost.agentId, `mosaic:agent:${ghost.agentId}`],
  );
  expect((await say(ann.client, ann.conversationId, "hello")).message.status).toBe("complete");
  expect(await places()).toEqual([]);
});

test("a boot that fails for a busy machine is tried again by itself, within its turn", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open({ replace: [{ token: MachinePace, value: { now: () => 0.1 } }] });
  const ann = await sleeper("ann");
  const turn = await wake(ann);
  await turn.until(({ stages }) => stages.includes("waiting"));
  engine.faults.readyAfterMs = 0;
  await failAsTooBusy(ann.agentId);
  expect((await turn.done()).message).toMatchObject({ status: "complete", error: null });
  expect(engine.of(ann.agentId).startCount).toBe(2);
  expect(turn.events).toContainEqual(expect.objectContaining({ type: "stage", detail: "This machine is busy. Trying again (1 of 3)." }));
});

test("a boot that fails so every time is told as a busy machine, never as a bad configuration", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open({ replace: [{ token: MachinePace, value: { now: () => 0.1 } }] });
  const ann = await sleeper("ann");
  const turn = await wake(ann);
  for (const count of [1, 2, 3, 4]) {
    await expect.poll(() => [...engine.containers.values()][0]?.startCount, soon).toBe(count);
    await turn.until(({ events }) => events.filter((event) => event.type === "stage" && event.stage === "waiting").length >= count);
    await failAsTooBusy(ann.agentId, count % 2 === 0 ? 1 : 78);
  }
  const { message } = await turn.done();
  expect(message).toMatchObject({ status: "failed", error: { code: "agent_start_failed" } });
  expect(message.error?.detail).toContain("This machine was too busy for it");
  expect(message.error?.detail).toContain("state lease heartbeat");
  expect(message.error?.detail).not.toContain("configuration");
}, 30_000);

test("a start that works is not given up for taking long; one that does nothing is", async () => {
  engine.faults.readyAfterMs = Infinity;
  await open();
  await app.database.query("UPDATE backends SET ready_timeout_ms = 2000");
  engine.faults.isBusy = true;
  const ann = await sleeper("ann");
  const turn = await wake(ann);
  await turn.until(({ stages }) => stages.includes("waiting"));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  engine.gatewayOf(ann.agentId).setReady(true);
  expect((await turn.done()).message.status).toBe("complete");
  engine.faults.isBusy = false;
  const bob = await sleeper("bob");
  const { message } = await say(bob.client, bob.conversationId, "hello");
  expect(message.error).toMatchObject({ code: "agent_not_ready", detail: expect.stringContaining("makes no progress") });
}, 30_000);

test("a boot that is busy with itself for longer than a start is given lets the next one begin", async () => {
  engine.faults.readyAfterMs = Infinity;
  engine.faults.isBusy = true;
  await open();
  // Three times as long until it is ended: bob needs some of that.
  await app.database.query("UPDATE backends SET ready_timeout_ms = 3000");
  const ann = await sleeper("ann");
  const bob = await sleeper("bob");
  const spinning = await wake(ann);
  await spinning.until(({ stages }) => stages.includes("waiting"));
  const next = await wake(bob);
  await next.until(({ stages }) => stages.includes("waiting"));
  expect((await agentOf(ann.client, ann.agentId)).status).toBe("starting");
  engine.gatewayOf(bob.agentId).setReady(true);
  expect((await next.done()).message.status).toBe("complete");
  engine.gatewayOf(ann.agentId).setReady(true);
  expect((await spinning.done()).message.status).toBe("complete");
}, 30_000);

test("a turn lasts as long as a start is given on a machine that became busy meanwhile", async () => {
  engine.faults.readyAfterMs = Infinity;
  engine.faults.isBusy = true;
  let pace = 1;
  await open({ replace: [{ token: MachinePace, value: { now: () => pace } }] });
  await app.database.query("UPDATE backends SET ready_timeout_ms = 2000");
  const ann = await sleeper("ann");
  const bob = await sleeper("bob");
  const slow = await wake(ann);
  await slow.until(({ stages }) => stages.includes("waiting"));
  pace = 100;
  const next = await wake(bob);
  await next.until(({ stages }) => stages.includes("queued"));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(next.stages).not.toContain("waiting");
  engine.gatewayOf(ann.agentId).setReady(true);
  expect((await slow.done()).message.status).toBe("complete");
  await next.until(({ stages }) => stages.includes("waiting"));
  engine.gatewayOf(bob.agentId).setReady(true);
  expect((await next.done()).message.status).toBe("complete");
}, 30_000);

/** As the supervisor reports it, before its container ends. */
async function failAsTooBusy(agentId: string, exitCode = 78): Promise<void> {
  const response = await fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/status`, {
    method: "POST",
    headers: { authorization: `Bearer ${engine.of(agentId).token}`, "content-type": "application/json" },
    body: JSON.stringify({ phase: "failed", detail: tooBusy }),
  });
  expect(response.status).toBeLessThan(300);
  await engine.crash(agentId, exitCode);
}
