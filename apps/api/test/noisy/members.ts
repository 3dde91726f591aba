import { createAgent, createConversation } from "../harness/chat.js";
import { Answers, openSockets, pause, shoot, volley, type Shot } from "./attacker.js";
import type { Attack, Scene } from "./scene.js";
import { deep, manyObjects } from "./strangers.js";

const refused = ["400", "401", "403", "404", "409", "413", "422", "429", "431", "503", "ECONNRESET", "EPIPE"] as const;
const demoPattern = `${"[demo:a k=".repeat(8)}${" ".repeat(60_000)}x`;

const json = (value: unknown): string => JSON.stringify(value);

function asMallory({ headers, from }: Scene, shot: Omit<Shot, "from">): Shot {
  return { ...shot, from, headers: { ...headers, ...shot.headers } };
}

/** What somebody does who has an account, and a page open. */
export const membersAttacks: readonly Attack[] = [
  {
    name: "a message that a slow pattern chokes on",
    allowed: [...refused, "200"],
    run: async (scene) =>
      volley(scene.url, 5, 5, () =>
        asMallory(scene, {
          method: "POST",
          path: `/api/conversations/${scene.conversationId}/messages`,
          body: json({ content: demoPattern }),
        }),
      ),
  },
  {
    name: "2,000 streams of events by one person",
    allowed: [...refused, "200", "open", "no answer"],
    run: async (scene) => {
      const leaving = new AbortController();
      const answers = new Answers();
      const streams = Array.from({ length: 2000 }, async () =>
        shoot(scene.url, asMallory(scene, { path: "/api/events", signal: leaving.signal })).then((answer) =>
          answers.add(answer === "ABORT_ERR" ? "open" : answer),
        ),
      );
      await pause(4_000);
      leaving.abort();
      await Promise.all(streams);
      return answers;
    },
  },
  {
    name: "a crowd of 150 messages a second to one's own conversations",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const ids = await Promise.all(Array.from({ length: 10 }, async () => createConversation(scene.mallory, scene.agentId)));
      return volley(scene.url, 450, 150, (index) =>
        asMallory(scene, { method: "POST", path: `/api/conversations/${ids[index % ids.length]}/messages`, body: json({ content: "hi" }) }),
      );
    },
  },
  {
    name: "first messages of ten people at once",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const answers = new Answers();
      const crowd = Array.from({ length: 10 }, async (_, index) => {
        const person = await scene.member(`${scene.name}-crowd-${index}`);
        const agent = await createAgent(person);
        const id = await createConversation(person, agent.id);
        answers.add(String((await person.post(`/api/conversations/${id}/messages`, { content: "Hello" })).status));
      });
      await Promise.all(crowd);
      return answers;
    },
  },
  {
    name: "personalities of a megabyte, and the largest allowed",
    allowed: [...refused, "200"],
    run: async (scene) =>
      volley(scene.url, 200, 25, (index) =>
        asMallory(scene, {
          method: "PATCH",
          path: `/api/agents/${scene.agentId}`,
          body: json({ personality: "é".repeat(index % 2 === 0 ? 20_000 : 500_000) }),
        }),
      ),
  },
  {
    name: "deep and wide JSON to what is one's own",
    allowed: refused,
    run: async (scene) => {
      const bodies = [
        deep(400_000),
        manyObjects(1_000_000),
        `{"personality":${manyObjects(900_000)}}`,
        `{${'"a":1,'.repeat(120_000)}"b":1}`,
      ];
      return volley(scene.url, 80, 10, (index) =>
        asMallory(scene, { method: "PATCH", path: `/api/agents/${scene.agentId}`, body: bodies[index % bodies.length] ?? "" }),
      );
    },
  },
  {
    name: "1,000 conversations, each read at once",
    allowed: [...refused, "200", "201"],
    run: async (scene) =>
      volley(scene.url, 1000, 100, (index) =>
        asMallory(
          scene,
          index % 2 === 0
            ? { method: "POST", path: "/api/conversations", body: json({ agentId: scene.agentId }) }
            : { path: "/api/conversations" },
        ),
      ),
  },
  {
    name: "answers without an end, and nobody who reads them",
    allowed: ["closed", "200", "409", "429", "503"],
    run: async (scene) => {
      const id = await createConversation(scene.mallory, scene.agentId);
      const body = json({ content: "[demo:slow ms=0 words=20000]" });
      const opening = `POST /api/conversations/${id}/messages HTTP/1.1\r\nhost: ${new URL(scene.url).host}\r\norigin: ${scene.url}\r\ncookie: ${scene.headers["cookie"]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      return openSockets(scene.url, { from: scene.from, count: 20, opening, drip: "", everyMs: 1_000, forMs: 3_000 });
    },
  },
  {
    name: "60 connection tests of a server that never answers",
    allowed: [...refused, "200", "no answer", "ABORT_ERR"],
    run: async (scene) => {
      const leaving = new AbortController();
      const trap = await import("node:net").then(({ createServer }) => createServer(() => undefined));
      await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
      const { port } = trap.address() as { port: number };
      const body = json({ kind: "openai-compatible", baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: "sk", model: "m" });
      const answers = volley(scene.url, 60, 60, () =>
        asMallory(scene, { method: "POST", path: "/api/providers/test", body, signal: leaving.signal }),
      );
      await pause(3_000);
      leaving.abort();
      trap.close();
      return answers;
    },
  },
  {
    name: "sixty exports of the audit, and searches with every kind of pattern",
    allowed: [...refused, "200"],
    run: async (scene) => {
      const patterns = ["%25%25%25", "___________", "%5C%5C%5C", "(a+)+$", "a".repeat(60)];
      return volley(scene.url, 120, 30, (index) => ({
        from: scene.from,
        path:
          index % 2 === 0
            ? "/api/admin/audit/export?format=csv"
            : `/api/admin/${index % 4 === 1 ? "audit" : "users"}?search=${patterns[index % patterns.length]}`,
        headers: scene.adminHeaders,
      }));
    },
  },
  {
    name: "logs of one's agent, over and over",
    allowed: [...refused, "200"],
    run: async (scene) => volley(scene.url, 300, 50, () => asMallory(scene, { path: `/api/agents/${scene.agentId}/logs?lines=1000` })),
  },
];
