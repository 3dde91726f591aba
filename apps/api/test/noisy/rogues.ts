import { setMaxListeners } from "node:events";
import { Answers, pause, shoot, volley } from "./attacker.js";
import { pings } from "@mosaic/testing/fake-gateway-socket";
import { createConversation, Turn } from "../harness/chat.js";
import type { Attack, Scene } from "./scene.js";

const refused = ["400", "401", "403", "404", "408", "409", "413", "422", "429", "503", "ECONNRESET", "EPIPE", "ECONNREFUSED"] as const;
const containerPath = ({ agentId }: Scene, rest: string): string => `/api/internal/agent-config/${agentId}${rest}`;
const containerHeaders = ({ containerToken }: Scene): { authorization: string } => ({ authorization: `Bearer ${containerToken}` });

const frame = (event: string, payload: object): string => JSON.stringify({ type: "event", event, payload });
/** What a gateway sends without an end to whoever waits for an answer. */
const floods: Readonly<Record<string, (runId: string) => string | typeof pings>> = {
  "small frames about the answer": (runId) => frame("chat", { runId, state: "status", phase: "starting_model" }),
  "frames of 3 MB about another one": () => huge,
  "the first question of the protocol, again and again": () => frame("connect.challenge", { nonce: "n", ts: 1 }),
  pings: () => pings,
};
const huge = frame("chat", { runId: "another", state: "delta", message: { content: "x".repeat(3_000_000) } });

/** What an agent does whose software is somebody else's now: it holds the tokens that its container was given. */
export const roguesAttacks: readonly Attack[] = [
  ...Object.entries(floods).map(([what, flood]): Attack => ({
    name: `five answers for which the gateway sends ${what} without an end`,
    allowed: ["answered"],
    run: async ({ engine, mallory, agentId }) => {
      const answers = new Answers();
      const gateway = engine.gatewayOf(agentId);
      gateway.setFlood(flood);
      const turns = Array.from({ length: 5 }, async () => {
        const turn = await Turn.open(mallory, await createConversation(mallory, agentId), "[demo:slow ms=100 words=40]");
        answers.add(turn.response.status === 200 ? "answered" : String(turn.response.status));
        return turn;
      });
      await Promise.all(turns);
      await pause(5_000);
      gateway.setFlood(null);
      return answers;
    },
  })),
  {
    name: "3,000 waiting requests for a configuration, and its owner saves",
    allowed: [...refused, "200", "204", "open", "no answer"],
    run: async (scene) => {
      const current = await fetch(`${scene.internalUrl}${containerPath(scene, "/bundle")}`, { headers: containerHeaders(scene) });
      const { generation } = (await current.json()) as { generation: string };
      const leaving = new AbortController();
      setMaxListeners(0, leaving.signal);
      const answers = new Answers();
      const waiting = Array.from({ length: 3000 }, async () =>
        shoot(scene.internalUrl, {
          path: containerPath(scene, `/bundle?after=${generation}&waitSeconds=60`),
          headers: containerHeaders(scene),
          from: scene.from,
          signal: leaving.signal,
        }).then((answer) => answers.add(answer === "ABORT_ERR" ? "open" : answer)),
      );
      await pause(2_000);
      await scene.mallory.patch(`/api/agents/${scene.agentId}`, { personality: `Changed at ${performance.now()}` });
      await pause(3_000);
      leaving.abort();
      await Promise.all(waiting);
      return answers;
    },
  },
  {
    name: "eight relay calls with 31 MB of {}",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const body = `{"model":"m-1","messages":[${"{},".repeat(10_333_000)}{}]}`;
      return volley(scene.internalUrl, 8, 8, () => ({
        method: "POST",
        path: containerPath(scene, `/llm/${scene.sharedProviderId}/chat/completions`),
        headers: { authorization: `Bearer ${scene.relayToken}` },
        from: scene.from,
        body,
      }));
    },
  },
  {
    name: "relay calls with 31 MB in one string, sixteen at once",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const body = `{"model":"m-1","messages":[{"role":"user","content":"${"\\u0041".repeat(5_000_000)}"}]}`;
      return volley(scene.internalUrl, 16, 16, () => ({
        method: "POST",
        path: containerPath(scene, `/llm/${scene.sharedProviderId}/chat/completions`),
        headers: { authorization: `Bearer ${scene.relayToken}` },
        from: scene.from,
        body,
      }));
    },
  },
  {
    name: "what a slow pattern chokes on, straight to the demo model",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const content = `${"[demo:a k=".repeat(8)}${" ".repeat(60_000)}x`;
      const body = JSON.stringify({ model: "mosaic-demo", messages: [{ role: "user", content }] });
      return volley(scene.internalUrl, 20, 10, () => ({
        method: "POST",
        path: containerPath(scene, "/demo/v1/chat/completions"),
        headers: { authorization: `Bearer ${scene.relayToken}` },
        from: scene.from,
        body,
      }));
    },
  },
  {
    name: "2,000 lies about how far it is",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const phases = ["starting", "waiting", "warming", "ready", "applied", "outdated", "failed"];
      return volley(scene.internalUrl, 2000, 100, (index) => ({
        method: "POST",
        path: containerPath(scene, "/status"),
        headers: containerHeaders(scene),
        from: scene.from,
        body: JSON.stringify({ phase: phases[index % phases.length], generation: "x".repeat(128), detail: "y".repeat(500) }),
      }));
    },
  },
  {
    name: "1,000 configurations read at once",
    allowed: [...refused, "200"],
    run: async (scene) =>
      volley(scene.internalUrl, 1000, 100, () => ({
        path: containerPath(scene, "/bundle"),
        headers: containerHeaders(scene),
        from: scene.from,
      })),
  },
  {
    name: "1,000 guesses of another agent's token",
    allowed: refused,
    run: async (scene) =>
      volley(scene.internalUrl, 1000, 100, (index) => ({
        path: containerPath(scene, "/bundle"),
        headers: { authorization: `Bearer ${index.toString(36).padStart(43, "z")}` },
        from: scene.from,
      })),
  },
];
