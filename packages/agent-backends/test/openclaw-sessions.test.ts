import { type DemoLlmServer, startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { ErrandOutcome, GatewayErrand } from "../src/agent-backend.js";
import { openclawBackend } from "../src/openclaw.js";
import { openOpenclawDialogue } from "../src/openclaw-dialogue.js";
import { deleteOpenclawSession, forkOpenclawSession } from "../src/openclaw-errands.js";
import { createOpenclawProcess, type OpenclawProcess } from "./openclaw-process.js";
import { isSkipped, requireOpenclaw, skipReason } from "./real-openclaw.js";
import { someInput, someProvider } from "./render-input.js";
import { speak } from "./socket-client.js";

const gatewayToken = "gateway-token-of-this-test";

describe.skipIf(isSkipped)(`sessions of the real OpenClaw${skipReason}`, () => {
  let llm: DemoLlmServer;
  let openclaw: OpenclawProcess;

  beforeAll(async () => {
    requireOpenclaw();
    llm = await startDemoLlm({ models: ["mosaic-demo"], record: true });
    openclaw = await createOpenclawProcess();
    const provider = someProvider("openai-compatible", { baseUrl: `${llm.url}/v1`, apiKey: "sk-1", models: [{ id: "mosaic-demo" }] });
    const gateway = { token: gatewayToken, port: openclaw.port, bind: "loopback" } as const;
    const input = { ...someInput(), isIsolated: true, models: [{ provider, model: "mosaic-demo" }] as const };
    await openclaw.apply(openclawBackend.render({ ...input, gateway, stateDir: openclaw.stateDir }));
    await openclaw.start();
    await say(randomUUID(), "warm up");
  }, 180_000);

  afterAll(async () => {
    await openclaw?.remove();
    await llm?.close();
  });

  /** What the model answers: it quotes the message, and counts what it was sent. */
  async function say(session: string, text: string, turnId: string = randomUUID()): Promise<string> {
    const turn = speak(openclaw.port, openOpenclawDialogue({ gatewayToken, session, turnId, text, said: null }));
    expect(await turn.ended).toEqual({ type: "end" });
    return turn.events.map((event) => (event.type === "delta" ? event.text : "")).join("");
  }

  async function run(errand: GatewayErrand): Promise<ErrandOutcome> {
    const { promise, resolve } = Promise.withResolvers<ErrandOutcome>();
    const socket = new WebSocket(`ws://127.0.0.1:${openclaw.port}/`, { perMessageDeflate: false });
    socket.on("message", (data) => {
      const { send, outcome } = errand.receive((data as Buffer).toString());
      for (const frame of send) socket.send(frame);
      if (outcome !== null) resolve(outcome);
    });
    const outcome = await promise;
    socket.close();
    return outcome;
  }

  it("are forked before a turn: the fork knows what was said before it, and the other one stays as it is", async () => {
    const [session, second] = [randomUUID(), randomUUID()];
    await say(session, "first");
    expect(await say(session, "second", second)).toContain("I was sent 3 messages.");
    await say(session, "third");
    const forked = await run(forkOpenclawSession({ gatewayToken, session, turnId: second }));
    expect(forked).toEqual({ kind: "done", session: expect.stringMatching(/^key:agent:main:/) });
    const branch = forked.kind === "done" ? (forked.session ?? "") : "";
    const secondOfBranch = randomUUID();
    expect(await say(branch, "another", secondOfBranch)).toContain("I was sent 3 messages.");
    expect(await say(session, "fourth")).toContain("I was sent 7 messages.");
    // A fork of a fork.
    const again = await run(forkOpenclawSession({ gatewayToken, session: branch, turnId: secondOfBranch }));
    expect(await run(deleteOpenclawSession({ gatewayToken, session: branch }))).toEqual({ kind: "done", session: null });
    expect(await say(branch, "as if nothing had been")).toContain("I was sent 1 message.");
    expect(await say(again.kind === "done" ? (again.session ?? "") : "", "once more")).toContain("I was sent 3 messages.");
  });

  it("that nobody knows, or that have no such turn, are not forked", async () => {
    const session = randomUUID();
    await say(session, "first");
    expect(await run(forkOpenclawSession({ gatewayToken, session, turnId: randomUUID() }))).toEqual({ kind: "impossible" });
    expect(await run(forkOpenclawSession({ gatewayToken, session: randomUUID(), turnId: randomUUID() }))).toEqual({ kind: "impossible" });
  });

  it("are deleted, once and again, and begin anew", async () => {
    const session = randomUUID();
    await say(session, "first");
    expect(await run(deleteOpenclawSession({ gatewayToken, session }))).toEqual({ kind: "done", session: null });
    expect(await run(deleteOpenclawSession({ gatewayToken, session }))).toEqual({ kind: "done", session: null });
    expect(await say(session, "first again")).toContain("I was sent 1 message.");
  });

  it("are left alone by somebody with another token", async () => {
    expect(await run(deleteOpenclawSession({ gatewayToken: "wrong", session: randomUUID() }))).toEqual({ kind: "stranger" });
  });
});
