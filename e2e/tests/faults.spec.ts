import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Browser, type Page } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { ApiClient } from "../support/api-client.ts";
import { agentContainers, engine, removeAgentVolumes, stopGatewayProcess } from "../support/docker.ts";
import { createWorld, destroyWorld, test, whyNot, type World } from "../support/fixtures.ts";
import { answers, nextAnswer, send } from "../support/pages.ts";
import { SocketProxy } from "../support/socket-proxy.ts";

test.describe.configure({ mode: "serial" });

test.describe("faults, with the real OpenClaw", () => {
  let world: World;
  let client: ApiClient;
  let agentId = "";
  let instanceId = "";
  let proxy: SocketProxy | undefined;

  test.beforeAll(async ({ runtime }) => {
    const reason = whyNot(runtime);
    test.skip(reason !== undefined, reason);
    if (runtime === "docker") {
      proxy = new SocketProxy(
        join("/tmp", `mosaic-e2e-${process.pid}.sock`),
        (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", ""),
      );
      await proxy.open();
    }
    world = await createWorld(runtime, proxy === undefined ? {} : { DOCKER_HOST: `unix://${proxy.path}` });
    await world.mosaic.start();
    client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime,
      provider: {
        kind: "openai-compatible",
        name: "Stub",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo" }],
      },
    });
    agentId = agent.id;
    const [row] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'");
    instanceId = String(row?.["value"]);
  });

  test.afterAll(async () => {
    if (world !== undefined) {
      await proxy?.open().catch(() => undefined);
      await destroyWorld(world);
    }
    await proxy?.cut();
  });

  test("two first messages at once start one agent", async ({ runtime }) => {
    const conversations = await Promise.all([client.newConversation(agentId), client.newConversation(agentId)]);
    const turns = await Promise.all(conversations.map(async (id, index) => client.turn(id, `hello number ${index}`)));
    for (const [index, turn] of turns.entries()) {
      expect(turn.text).toContain(`hello number ${index}`);
      expect(turn.message?.status).toBe("complete");
      // As the demo model counts them, and the real OpenClaw adds them up.
      expect(turn.message?.usage?.inputTokens).toBeGreaterThan(0);
      expect(turn.message?.usage?.outputTokens).toBeGreaterThan(0);
    }
    expect(await runningAgents(runtime)).toHaveLength(1);
  });

  test("what the agent thinks and does for an answer is kept with it, and shown", async ({ browser, runtime }) => {
    const conversation = await client.newConversation(agentId);
    const thought = (await client.turn(await client.newConversation(agentId), "[demo:think words=5]")).message;
    expect(thought?.parts.at(-1)).toMatchObject({ type: "text", text: expect.stringContaining("I have thought about it.") });
    await client.turn(conversation, '[demo:tool name=read args={"path":"SOUL.md"}]');
    const read = (await client.conversation(conversation)).messages.at(-1);
    expect(read?.parts).toMatchObject([
      { type: "tool_call", name: "read", state: "completed", input: '{"path":"SOUL.md"}', output: expect.stringContaining("You are") },
      { type: "text", text: expect.stringContaining("The tool answered") },
    ]);
    if (runtime === "docker") {
      const page = await signedIn(browser, conversation);
      const answer = answers(page, "Ada").first();
      await answer.getByText("read done").click();
      await expect(answer.getByLabel("Given")).toHaveText('{"path":"SOUL.md"}');
      await page.context().close();
    }
  });

  test("a message written during an answer takes its place at once, or is sent after it with no page open", async ({ browser }) => {
    const conversation = await client.newConversation(agentId);
    await client.turn(conversation, "hello");
    const page = await signedIn(browser, conversation);
    const box = page.getByRole("textbox", { name: "Message Ada" });
    await send(page, "Ada", "[demo:slow ms=200 words=300]");
    await expect(answers(page, "Ada").nth(1)).toContainText("word1 word2");
    await box.fill("Rather this");
    await box.press("Enter");
    const waiting = page.getByRole("region", { name: "Waiting messages" });
    await expect(waiting).toContainText("Rather this");
    await expectAccessible(page);
    await waiting.getByRole("button", { name: "Send now: Rather this" }).click();
    await expect(answers(page, "Ada").nth(1)).toContainText("You stopped this answer");
    await expect(await nextAnswer(page, "Ada", 3)).toContainText("Rather this");
    await expect(waiting).toHaveCount(0);

    await send(page, "Ada", "[demo:slow ms=100 words=30]");
    await expect(answers(page, "Ada").nth(3)).toContainText("word1 word2");
    await box.fill("And after that");
    await box.press("Enter");
    await expect(waiting.getByRole("button", { name: "Take back: And after that" })).toBeVisible();
    await page.context().close();
    const statuses = async (): Promise<string[]> => (await client.conversation(conversation)).messages.map(({ status }) => status);
    const complete = Array.from({ length: 3 }, () => "complete");
    await expect.poll(statuses, { timeout: 60_000 }).toEqual([...complete, "stopped", ...complete, ...complete]);
    expect((await client.conversation(conversation)).messages.at(-1)?.content).toContain("And after that");
  });

  // What a provider or Postgres does wrong reaches every runtime the same way, so one is enough.
  for (const { command, code, withinMs } of [
    { command: "[demo:fail status=401 message=bad key]", code: "provider_key_refused", withinMs: 10_000 },
    { command: "[demo:fail status=429 message=slow down retry=60]", code: "provider_rate_limited", withinMs: 10_000 },
    { command: "[demo:fail status=500 message=boom]", code: "provider_failed", withinMs: 10_000 },
    { command: "[demo:reset]", code: /provider_(unreachable|failed)/, withinMs: 10_000 },
  ]) {
    test(`a provider that answers ${command} is named within 10 seconds, and the next turn works`, { tag: "@docker" }, async () => {
      const conversation = await client.newConversation(agentId);
      const failed = await client.turn(conversation, command);
      expect(failed.code).toMatch(code);
      expect(failed.message?.status).toBe("failed");
      expect(failed.durationMs).toBeLessThan(withinMs);
      if (failed.code === "provider_key_refused") {
        const [provider] = (await client.json<{ providers: { id: string }[] }>("GET", "/api/providers")).providers;
        await client.json("PATCH", `/api/providers/${provider?.id}`, { apiKey: world.canaries.providerKey });
      }
      expect((await client.turn(await client.newConversation(agentId), "and now?")).message?.status).toBe("complete");
    });
  }

  test(
    "a provider that hangs is said to be slow within 10 seconds; a browser that leaves ends nothing, and Stop ends the turn up to the model",
    { tag: "@docker" },
    async () => {
      const conversation = await client.newConversation(agentId);
      const before = world.llm.abortedCount;
      const turn = await client.turn(conversation, "[demo:hang]", (events) => events.some(({ type }) => type === "notice"));
      expect(turn.events.at(-1)).toMatchObject({ type: "notice", code: "provider_slow" });
      expect(turn.durationMs).toBeLessThan(10_000);
      const answer = (await client.conversation(conversation)).messages.at(-1);
      expect([answer?.status, world.llm.abortedCount]).toEqual(["streaming", before]);
      await client.stopTurn(answer?.id ?? "");
      await expect.poll(() => world.llm.abortedCount, { timeout: 10_000 }).toBeGreaterThan(before);
      await expect.poll(async () => (await client.conversation(conversation)).messages.at(-1)?.status).toBe("stopped");
    },
  );

  test("kill -9 in the middle of a turn loses no word of the answer, orphans nothing, and the agent remembers", async ({ runtime }) => {
    const conversation = await client.newConversation(agentId);
    await client.turn(conversation, "My dog is called Rex.");
    const before = await runningAgents(runtime);
    const turn = client.turn(conversation, "[demo:slow ms=200 words=150]").catch(() => undefined);
    await expect
      .poll(async () => ((await client.conversation(conversation)).messages[3]?.content ?? "").split(" ").length, { timeout: 20_000 })
      .toBeGreaterThan(8);
    await world.mosaic.kill();
    await turn;
    if (runtime === "process") {
      await expect.poll(async () => runningAgents(runtime), { timeout: 15_000 }).toEqual([]);
    }
    await world.mosaic.start();
    // An agent in a container goes on alone, and the next process with it; a child process ends with Mosaic.
    const end = runtime === "docker" ? "complete" : "broken_off";
    await expect.poll(async () => (await client.conversation(conversation)).messages.at(-1)?.status, { timeout: 90_000 }).toBe(end);
    const kept = (await client.conversation(conversation)).messages.at(-1)?.content.match(/word\d+/g) ?? [];
    expect(kept.length).toBeGreaterThan(8);
    expect(kept).toEqual(numbered(runtime === "docker" ? 150 : kept.length));
    const recalled = await client.turn(conversation, "[demo:recall]");
    expect(recalled.text).toContain("Rex");
    expect(await runningAgents(runtime)).toHaveLength(1);
    if (runtime === "docker") {
      expect(await runningAgents(runtime)).toEqual(before);
    }
  });

  test(
    "an answer of a minute is followed from two browsers: one is closed, the network of the other is away, another process takes the place of Mosaic's, and the text is whole",
    { tag: "@docker" },
    async ({ browser }) => {
      const conversation = await client.newConversation(agentId);
      await client.turn(conversation, "Let us count.");
      const [first, second] = [await signedIn(browser, conversation), await signedIn(browser, conversation)];
      await send(first, "Ada", "[demo:slow ms=250 words=240]");
      await expect(answers(second, "Ada").nth(1)).toContainText("word3", { timeout: 30_000 });
      await first.context().close();
      await second.context().setOffline(true);
      await expect(second.getByText("Reconnecting…")).toBeVisible();
      await second.waitForTimeout(10_000);
      await second.context().setOffline(false);
      await expect(second.getByText("Reconnecting…")).toHaveCount(0, { timeout: 30_000 });
      await world.mosaic.kill();
      await world.mosaic.start();
      const counted = await nextAnswer(second, "Ada", 2, 120_000);
      const stored = (await client.conversation(conversation)).messages.at(-1);
      expect(stored).toMatchObject({ status: "complete", error: null, usage: { outputTokens: 240 } });
      for (const answer of [await counted.innerText(), stored?.content ?? ""]) {
        expect(answer.match(/word\d+/g)).toEqual(numbered(240));
      }
      await second.context().close();
    },
  );

  test("Postgres cuts every connection in the middle of a turn, and the answer is whole", { tag: "@docker" }, async () => {
    const conversation = await client.newConversation(agentId);
    const turn = client.turn(conversation, "[demo:slow ms=150 words=40]");
    await expect.poll(async () => (await client.conversation(conversation)).messages.length, { timeout: 10_000 }).toBe(2);
    await world.database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    expect((await turn).message?.status).toBe("complete");
    await expect.poll(async () => (await client.conversation(conversation)).messages.at(-1)?.status, { timeout: 15_000 }).toBe("complete");
    expect((await client.turn(conversation, "still there?")).message?.status).toBe("complete");
  });

  test("an agent removed behind our back is started again at the next message and remembers", async ({ runtime }) => {
    const conversation = await client.newConversation(agentId);
    await client.turn(conversation, "My cat is called Tom.");
    await removeAgent(runtime);
    const recalled = await client.turn(conversation, "[demo:recall]");
    expect(recalled.text).toContain("Tom");
    expect(await runningAgents(runtime)).toHaveLength(1);
  });

  test("an agent that was stopped for being idle wakes with its memory", async ({ runtime }) => {
    const conversation = await client.newConversation(agentId);
    await client.turn(conversation, "My bird is called Kiwi.");
    await world.database.query("UPDATE agents SET idle_timeout_seconds = 1");
    await expect.poll(async () => runningAgents(runtime), { timeout: 60_000 }).toEqual([]);
    await world.database.query("UPDATE agents SET idle_timeout_seconds = 1800");
    expect((await client.turn(conversation, "[demo:recall]")).text).toContain("Kiwi");
  });

  test(
    "a gateway that hangs is named within 30 seconds and started again, and the next message works",
    { tag: "@docker" },
    async ({ runtime }) => {
      const conversation = await client.newConversation(agentId);
      await client.turn(conversation, "My hamster is called Nut.");
      const [before] = await runningAgents(runtime);
      const turn = client.turn(conversation, "[demo:slow ms=300 words=2000]");
      await expect
        .poll(async () => (await client.conversation(conversation)).messages.at(-1)?.content ?? "", { timeout: 20_000 })
        .toContain("word2");
      await stopGatewayProcess(before ?? "");
      const stoppedAt = performance.now();
      const { code, message, events } = await turn;
      expect(performance.now() - stoppedAt).toBeLessThan(30_000);
      expect([code, message?.status]).toEqual(["agent_not_responding", "broken_off"]);
      expect(message?.error?.detail).toContain("The agent itself stopped responding; Mosaic restarts it");
      expect(events.filter((event) => event.type === "notice" && event.code === "provider_slow")).toEqual([]);
      expect((await client.turn(conversation, "[demo:recall]")).text).toContain("Nut");
      expect(await runningAgents(runtime)).toHaveLength(1);
    },
  );

  test(
    "an agent whose volume is gone says so to its owner, who gives it the last messages again",
    { tag: "@docker" },
    async ({ browser, runtime }) => {
      const conversation = await client.newConversation(agentId);
      await client.turn(conversation, "My fish is called Zander.");
      await client.json("POST", `/api/agents/${agentId}/stop`, {});
      await expect.poll(async () => runningAgents(runtime), { timeout: 20_000 }).toEqual([]);
      for (const { Id } of await agentContainers(instanceId)) {
        await engine.getContainer(Id).remove({ force: true });
      }
      // Mosaic may be measuring it at this moment.
      await expect(async () => removeAgentVolumes(instanceId)).toPass({ timeout: 30_000 });
      const page = await signedIn(browser, conversation);
      // No command of the demo model: it would go along again with what is quoted.
      await send(page, "Ada", "Good morning!");
      const notice = page.getByRole("status").filter({ hasText: "This agent’s memory is gone" });
      await expect(notice).toContainText("mosaic restore", { timeout: 120_000 });
      await expect(await nextAnswer(page, "Ada", 2, 120_000)).not.toContainText("Zander");
      expect(world.mosaic.output).toContain("an agent's memory is gone");
      await notice.getByRole("button", { name: "Give it the last messages again" }).click();
      await expect(notice).toContainText("go along with your next one");
      await send(page, "Ada", "What is my fish called?");
      await expect(await nextAnswer(page, "Ada", 3)).toContainText("My fish is called Zander.");
      await expect(notice).toHaveCount(0);
      await page.context().close();
    },
  );

  test("an engine that is away is a clear error, and recovery needs no restart of Mosaic", { tag: "@docker" }, async ({ runtime }) => {
    const conversation = await client.newConversation(agentId);
    await client.json("POST", `/api/agents/${agentId}/stop`, {});
    await expect.poll(async () => runningAgents(runtime), { timeout: 20_000 }).toEqual([]);
    await proxy?.cut();
    const failed = await client.turn(conversation, "anybody there?");
    expect(failed.code).toBe("runtime_unavailable");
    expect(failed.durationMs).toBeLessThan(10_000);
    await proxy?.open();
    expect((await client.turn(conversation, "and now?")).message?.status).toBe("complete");
  });

  test("a missing image is named with what to do", { tag: "@docker" }, async ({ runtime }) => {
    await client.json("POST", `/api/agents/${agentId}/stop`, {});
    await expect.poll(async () => runningAgents(runtime), { timeout: 20_000 }).toEqual([]);
    await world.database.query("UPDATE backends SET image = 'mosaic/no-such-image:1'");
    const failed = await client.turn(await client.newConversation(agentId), "hello?");
    expect(failed.code).toBe("image_missing");
    expect(failed.message?.error?.detail).toContain("mosaic/no-such-image:1");
    await world.database.query("UPDATE backends SET image = 'mosaic/openclaw:2026.9.6'");
    expect((await client.turn(await client.newConversation(agentId), "and now?")).message?.status).toBe("complete");
  });

  /** A browser of its own, with a conversation of one answer open. */
  async function signedIn(browser: Browser, conversation: string): Promise<Page> {
    const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await page.goto(`${world.mosaic.url}/login?next=${encodeURIComponent(`/chat?id=${conversation}`)}`);
    await page.getByLabel("User name").fill("root");
    await page.getByLabel("Password", { exact: true }).fill(world.canaries.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(answers(page, "Ada")).toHaveCount(1);
    return page;
  }

  async function runningAgents(runtime: string): Promise<string[]> {
    if (runtime === "docker") {
      return (await agentContainers(instanceId)).filter(({ State }) => State === "running").map(({ Id }) => Id);
    }
    const supervisors = await processesWith(
      (environment) => environment.includes(`MOSAIC_AGENT_STATE_DIR=${world.mosaic.options.stateDir}`),
      "supervisor.js",
    );
    return supervisors.map(String);
  }

  async function removeAgent(runtime: string): Promise<void> {
    for (const id of await runningAgents(runtime)) {
      if (runtime === "docker") {
        await engine.getContainer(id).remove({ force: true });
      } else {
        process.kill(-Number(id), "SIGKILL");
      }
    }
  }
});

async function processesWith(matches: (environment: string) => boolean, command: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return matches(environment) && commandLine.includes(command) ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `word${index + 1}`);
}
