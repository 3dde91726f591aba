import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSkipped, openclawDir, requireOpenclaw, skipReason } from "../../../packages/agent-backends/test/real-openclaw.js";
import { agentOf, createAgent, createConversation, say } from "./harness/chat.js";
import { OwnEntrypointEngine } from "./harness/own-entrypoint.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

/** Without a compile cache, on a machine that runs other tests. */
const bootMs = 300_000;

describe.skipIf(isSkipped)(`an entrypoint of ten lines of shell, without a supervisor${skipReason}`, () => {
  let folder: string;
  let engine: OwnEntrypointEngine;
  let app: TestApp;

  beforeAll(async () => {
    requireOpenclaw();
    folder = await mkdtemp(join(tmpdir(), "mosaic-own-entrypoint-"));
    engine = new OwnEntrypointEngine(folder, openclawDir);
    app = await startTestApp({ runtime: engine, env: { MOSAIC_RUNTIME: "process", MOSAIC_STATE_DIR: folder } });
  });

  afterAll(async () => {
    await app?.close();
    await engine?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test("runs the real OpenClaw from the one file that it fetches, and its agent answers", { timeout: 2 * bootMs }, async () => {
    const client = await app.member("ann");
    const { id } = await createAgent(client);
    const conversation = await createConversation(client, id);
    const first = (await say(client, conversation, "Hello")).message;
    // OpenClaw's own fixed 5 s may not be enough on a busy machine; with its compile cache they are.
    const { status, content, error } = first.status === "failed" ? (await say(client, conversation, "Hello")).message : first;
    expect({ status, error, said: status === "complete" ? "" : engine.output }).toEqual({ status: "complete", error: null, said: "" });
    expect(content).toContain("Mosaic demo model");
    expect(await agentOf(client, id)).toMatchObject({ status: "running", error: null });
    expect(engine.output).not.toContain("Hello");
    expect(await readFile(join(folder, "run", "openclaw.json"), "utf8")).toContain('"mosaic-demo"');
    expect((await client.post(`/api/agents/${id}/stop`)).status).toBe(202);
    await expect.poll(async () => (await agentOf(client, id)).status, { timeout: 20_000 }).toBe("stopped");
    expect(engine.isRunning).toBe(false);
  });
});
