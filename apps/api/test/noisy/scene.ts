import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { createAgent, createConversation, say } from "../harness/chat.js";
import type { TestClient } from "../harness/test-client.js";
import type { Answers } from "./attacker.js";
import type { House } from "./house.js";

/** Who attacks, and with what in hand. */
export interface Scene extends House {
  /** A member whose agent has gone rogue: it runs, and its token is known. */
  readonly mallory: TestClient;
  readonly agentId: string;
  readonly conversationId: string;
  readonly containerToken: string;
  /** Opens the relay, as the agent's configuration holds it. */
  readonly relayToken: string;
  /** An agent of hers on a provider that the admin shares, and that provider. */
  readonly sharedProviderId: string;
  /** Of Mallory's session, as a header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly adminHeaders: Readonly<Record<string, string>>;
}

/** Something that takes more than its share. Resolves with how it was answered. */
export interface Attack {
  readonly name: string;
  /** Answers that show a bound at work, or that all was done: anything else fails the suite. */
  readonly allowed: readonly string[];
  run(scene: Scene): Promise<Answers>;
}

/** A server of models that answers at once. */
export async function startModel(): Promise<{ readonly url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.once("end", () => response.writeHead(200, { "content-type": "application/json" }).end('{"choices":[]}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function setScene(house: House, modelUrl: string): Promise<Scene> {
  const { admin, engine } = house;
  await expectOk(admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] }));
  const created = await expectOk(
    admin.post("/api/providers", {
      kind: "openai-compatible",
      name: "Ours",
      baseUrl: modelUrl,
      apiKey: "sk-shared-0123456789",
      models: [{ id: "m-1" }],
    }),
  );
  const sharedProviderId = created.json<{ id: string }>().id;
  await expectOk(admin.request("PUT", `/api/admin/sharing/providers/${sharedProviderId}`, { isShared: true }));
  const mallory = await house.member("mallory");
  const { id: agentId } = await createAgent(mallory, { fallbacks: [{ providerId: sharedProviderId, model: "m-1" }] });
  const conversationId = await createConversation(mallory, agentId);
  await say(mallory, conversationId, "Hello");
  const containerToken = engine.of(agentId).token ?? "";
  return {
    ...house,
    mallory,
    agentId,
    conversationId,
    containerToken,
    relayToken: deriveRelayToken(containerToken),
    sharedProviderId,
    headers: { cookie: mallory.cookie ?? "" },
    adminHeaders: { cookie: admin.cookie ?? "" },
  };
}

async function expectOk<Answer extends { readonly status: number; readonly text: string }>(sent: Promise<Answer>): Promise<Answer> {
  const answer = await sent;
  if (answer.status >= 300) {
    throw new Error(`The scene could not be set: ${answer.status} ${answer.text}`);
  }
  return answer;
}
