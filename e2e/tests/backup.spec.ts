import { randomUUID } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "@playwright/test";
import { ApiClient } from "../support/api-client.ts";
import { removeAgentContainers } from "../support/docker.ts";
import { createSuccessor, destroyWorld, test, whyNot, type World } from "../support/fixtures.ts";
import { mosaicCommand } from "../support/mosaic-command.ts";
import { nextAnswer, send } from "../support/pages.ts";

const agentName = "Ada";
const file = join(tmpdir(), `mosaic-e2e-${randomUUID()}.backup`);

test.use({ installation: "backup" });
test.describe.configure({ mode: "serial" });

test.describe("a backup @docker", () => {
  let successor: World;

  test.beforeAll(async ({ world }) => {
    const reason = whyNot(world.runtime);
    test.skip(reason !== undefined, reason);
    await world.mosaic.start();
    const client = new ApiClient(() => world.mosaic.url);
    const { agent } = await client.setUp({
      setupUrl: world.mosaic.setupUrl ?? "",
      password: world.canaries.password,
      runtime: world.runtime,
      provider: {
        kind: "openai-compatible",
        name: "Model",
        baseUrl: world.llmBaseUrl,
        apiKey: world.canaries.providerKey,
        models: [{ id: "mosaic-demo" }],
      },
      agent: { name: agentName },
    });
    const { code } = await client.turn(await client.newConversation(agent.id), "My lucky number is OKAPI-2209.");
    expect(code).toBeUndefined();
    successor = await createSuccessor(world);
  });

  test.afterAll(async () => {
    await rm(file, { force: true });
    if (successor !== undefined) {
      await destroyWorld({ ...successor, llm: { ...successor.llm, close: async () => undefined } });
    }
  });

  test("is made of a stopped Mosaic, readable by its owner alone, and holds no key in clear", async ({ world }) => {
    await world.mosaic.stop();
    expect(await mosaicCommand(world.mosaic.options, ["backup", file])).toContain(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const bytes = gunzipSync(await readFile(file));
    for (const secret of [world.canaries.providerKey, world.canaries.password, world.secretKey]) {
      expect(bytes.includes(secret)).toBe(false);
    }
    await expect(mosaicCommand(world.mosaic.options, ["backup", file])).rejects.toThrow("nothing is written over");
  });

  test("brings everything back on another machine: the doctor finds no fault", async ({ world }) => {
    if (world.runtime === "docker") {
      const [instance] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'");
      // As on a machine that never saw these agents.
      await removeAgentContainers(String(instance?.["value"]));
    }
    expect(await mosaicCommand(successor.mosaic.options, ["restore", file])).toContain("Restored");
    const report = JSON.parse(await mosaicCommand(successor.mosaic.options, ["doctor", "--json"])) as {
      checks: { check: string; state: string }[];
    };
    expect(report.checks.filter(({ state }) => state === "failing")).toEqual([]);
    expect(report.checks.find(({ check }) => check === "Secret key")?.state).toBe("ok");
  });

  test("the talk goes on where it was, and the agent remembers from its own state", async ({ page }) => {
    await successor.mosaic.start();
    expect(successor.mosaic.setupUrl).toBeUndefined();
    await page.goto(`${successor.mosaic.url}/login`);
    await page.getByLabel("User name").fill("root");
    await page.getByLabel("Password", { exact: true }).fill(successor.canaries.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/chat/);
    await page.getByRole("navigation", { name: "Conversations" }).getByRole("link").first().click();
    await expect(page.getByRole("article", { name: "You" }).first()).toContainText("OKAPI-2209");
    await send(page, agentName, "[demo:recall]");
    await expect(await nextAnswer(page, agentName, 2, 180_000)).toContainText("OKAPI-2209");
  });
});
