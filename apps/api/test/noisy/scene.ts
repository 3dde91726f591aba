import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { createAgent, createConversation, say } from "../harness/chat.js";
import type { TestClient } from "../harness/test-client.js";
import type { Answers } from "./attacker.js";
import type { House } from "./house.js";

/** Who attacks, from where, and with what in hand: for each attack anew, since whoever has attacked is not let in so easily afterwards. */
export interface Scene extends House {
  /** Of the member, and of nobody else. */
  readonly name: string;
  readonly from: string;
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

/** A provider that the admin shares with everybody. Resolves with its id. */
export async function shareModel({ admin }: House, modelUrl: string): Promise<string> {
  await expectOk(admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] }));
  const input = { kind: "openai-compatible", name: "Ours", baseUrl: modelUrl, apiKey: "sk-shared-0123456789", models: [{ id: "m-1" }] };
  const id = (await expectOk(admin.post("/api/providers", input))).json<{ id: string }>().id;
  await expectOk(admin.request("PUT", `/api/admin/sharing/providers/${id}`, { isShared: true }));
  return id;
}

export async function setScene(house: House, sharedProviderId: string, index: number): Promise<Scene> {
  const name = `mallory-${index}`;
  const mallory = await house.member(name);
  const { id: agentId } = await createAgent(mallory, { fallbacks: [{ providerId: sharedProviderId, model: "m-1" }] });
  const conversationId = await createConversation(mallory, agentId);
  const { message } = await say(mallory, conversationId, "Hello");
  if (message.status !== "complete") {
    throw new Error(`The scene could not be set: ${JSON.stringify(message)}`);
  }
  const containerToken = house.engine.of(agentId).token ?? "";
  return {
    ...house,
    name,
    from: `127.0.2.${index + 1}`,
    mallory,
    agentId,
    conversationId,
    containerToken,
    relayToken: deriveRelayToken(containerToken),
    sharedProviderId,
    headers: { cookie: mallory.cookie ?? "" },
    adminHeaders: { cookie: house.admin.cookie ?? "" },
  };
}

async function expectOk<Answer extends { readonly status: number; readonly text: string }>(sent: Promise<Answer>): Promise<Answer> {
  const answer = await sent;
  if (answer.status >= 300) {
    throw new Error(`The scene could not be set: ${answer.status} ${answer.text}`);
  }
  return answer;
}
