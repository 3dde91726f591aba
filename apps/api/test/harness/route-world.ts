import { randomUUIDv7 } from "node:crypto";
import { defaultAgentTools } from "@mosaic/contracts/agent";
import { subscriptionContext } from "../../src/modules/push/push.types.js";
import { contentContext, waitingContext } from "../../src/modules/conversations/message-seal.js";
import { CryptoService } from "../../src/modules/crypto/crypto.service.js";
import { TurnPresenceService } from "../../src/modules/turns/turn-presence.service.js";
import { storeMessages } from "./stored-conversation.js";
import type { TestApp } from "./test-app.js";
import { uniqueName } from "./test-app.js";
import type { TestClient } from "./test-client.js";
import { declarationNamed } from "./declarations.js";
import { samplePoint, type FixtureKind } from "./route-recipes.js";

/** Makes what a route's id names, for one owner. */
export class RouteWorld {
  private readonly app: TestApp;
  private readonly providers = new Map<string, string>();

  constructor(app: TestApp) {
    this.app = app;
  }

  /** `owner` is signed in with a browser. */
  async fixture(kind: FixtureKind, owner: TestClient): Promise<string> {
    const makers: Record<FixtureKind, () => Promise<string>> = {
      agent: async () => this.agent(owner.userId, await this.providerOf(owner)),
      provider: async () => this.provider(owner),
      "own-provider": async () => this.provider(owner),
      conversation: async () => this.conversation(owner),
      "deleted-conversation": async () => this.deletedConversation(owner),
      turn: async () => (await this.turn(owner)).id,
      answer: async () => this.answer(owner, false),
      "hidden-message": async () => this.answer(owner, true),
      answering: async () => (await this.turn(owner)).conversationId,
      waiting: async () => this.waiting(owner),
      file: async () => this.file(owner),
      "push-device": async () => this.pushDevice(owner),
      session: async () => this.session(owner),
      token: async () => this.token(owner),
      invite: async () => (await (await this.app.admin()).post("/api/admin/invites", {})).json<{ id: string }>().id,
      user: async () => (await this.app.member(uniqueName("someone"))).userId ?? "",
      "system-agent": async () => this.agent(null, await this.providerOf(await this.app.admin())),
      container: async () => this.container(owner),
      spoken: async () => this.spoken(owner),
      folder: async () => this.folder(owner),
      share: async () => this.share(owner),
      backend: async () => Promise.resolve("openclaw"),
      "declared-backend": async () => this.declaredBackend(),
    };
    return makers[kind]();
  }

  /** So that no limit of how much one person may have is reached by a test's many calls. */
  async clear(owner: TestClient): Promise<void> {
    const { database } = this.app;
    await database.query("DELETE FROM agents WHERE owner_id = $1 OR owner_id IS NULL", [owner.userId]);
    await database.query("DELETE FROM llm_providers WHERE owner_id = $1", [owner.userId]);
    await database.query("DELETE FROM folders WHERE user_id = $1", [owner.userId]);
    await database.query("DELETE FROM access_tokens WHERE user_id = $1 AND name = 'fixture'", [owner.userId]);
    this.providers.delete(owner.userId ?? "");
  }

  private async declaredBackend(): Promise<string> {
    const id = `kind-${randomUUIDv7().slice(-12)}`;
    const declaration = declarationNamed(id);
    const admin = await this.app.admin();
    const { status, text } = await admin.post("/api/admin/declared-backends", { declaration });
    if (status !== 201) {
      throw new Error(`declaring a kind: ${status} ${text}`);
    }
    return id;
  }

  private async provider(owner: TestClient): Promise<string> {
    const id = randomUUIDv7();
    await this.app.database.query(
      `INSERT INTO llm_providers (id, owner_id, kind, name, models) VALUES ($1, $2, 'demo', 'Demo', '[{"id":"mosaic-demo"}]')`,
      [id, owner.userId],
    );
    return id;
  }

  private async providerOf(owner: TestClient): Promise<string> {
    const known = this.providers.get(owner.userId ?? "") ?? (await this.provider(owner));
    this.providers.set(owner.userId ?? "", known);
    return known;
  }

  private async agent(ownerId: string | null, providerId: string): Promise<string> {
    const id = randomUUIDv7();
    const { database } = this.app;
    await database.query(
      "INSERT INTO agents (id, owner_id, backend_id, name, emoji, personality, tools, is_wanted) VALUES ($1, $2, 'openclaw', 'Robin', '', '', $3, false)",
      [id, ownerId, JSON.stringify(defaultAgentTools)],
    );
    await database.query("INSERT INTO model_assignments (id, agent_id, provider_id, model) VALUES ($1, $2, $3, 'mosaic-demo')", [
      randomUUIDv7(),
      id,
      providerId,
    ]);
    return id;
  }

  private async conversation(owner: TestClient): Promise<string> {
    const agentId = await this.fixture("agent", owner);
    return (await owner.post("/api/conversations", { agentId })).json<{ id: string }>().id;
  }

  private async spoken(owner: TestClient): Promise<string> {
    const conversationId = await this.conversation(owner);
    const messages = [{ id: randomUUIDv7(), parts: [{ type: "text" as const, text: "Hello" }] }];
    await storeMessages(this.app, { userId: owner.userId ?? "", conversationId }, messages);
    return conversationId;
  }

  private async folder(owner: TestClient): Promise<string> {
    return (await owner.post("/api/folders", { name: "Travel" })).json<{ id: string }>().id;
  }

  private async share(owner: TestClient): Promise<string> {
    const username = uniqueName("reader");
    await this.app.member(username);
    const browser = owner.bearer === undefined ? owner : await this.app.session(owner);
    const body = { kind: "members", usernames: [username], hasTools: false, hasFiles: false };
    const created = await browser.post(`/api/conversations/${await this.spoken(owner)}/shares`, body);
    return created.json<{ share: { id: string } }>().share.id;
  }

  /** The token of a link to a conversation of theirs. Only a browser makes one, and only while an admin allows links. */
  async link(owner: TestClient): Promise<string> {
    await (await this.app.admin()).put("/api/admin/share-links", { isOn: true });
    const body = { kind: "link", hasTools: false, hasFiles: false };
    return (await owner.post(`/api/conversations/${await this.spoken(owner)}/shares`, body)).json<{ token: string }>().token;
  }

  private async deletedConversation(owner: TestClient): Promise<string> {
    const id = await this.conversation(owner);
    await owner.delete(`/api/conversations/${id}`);
    return id;
  }

  /** One in flight, which this process seems to run. */
  private async turn(owner: TestClient): Promise<{ id: string; conversationId: string }> {
    const conversationId = await this.conversation(owner);
    const id = randomUUIDv7();
    const presence = this.app.nest.get(TurnPresenceService, { strict: false });
    presence.enter(id);
    const sealed = this.app.nest.get(CryptoService, { strict: false }).seal("", contentContext(owner.userId ?? "", id));
    await this.app.database.query(
      "INSERT INTO messages (id, conversation_id, role, content_encrypted, status, process_id) VALUES ($1, $2, 'assistant', $3, 'streaming', $4)",
      [id, conversationId, sealed, presence.processId],
    );
    return { id, conversationId };
  }

  /** With the message that it answers. `isHidden`: the path has left it. */
  private async answer(owner: TestClient, isHidden: boolean): Promise<string> {
    const conversationId = await this.conversation(owner);
    const [question = "", answer = ""] = [randomUUIDv7(), randomUUIDv7()].toSorted();
    const crypto = this.app.nest.get(CryptoService, { strict: false });
    const [asked, said] = [question, answer].map((id) => crypto.seal("Hi", contentContext(owner.userId ?? "", id)));
    await this.app.database.query(
      `INSERT INTO messages (id, conversation_id, parent_id, role, content_encrypted, status, left_at) VALUES
        ($1, $3, $3, 'user', $4, 'complete', NULL), ($2, $3, $1, 'assistant', $5, 'complete', CASE WHEN $6::boolean THEN now() END)`,
      [question, answer, conversationId, asked, said, isHidden],
    );
    return answer;
  }

  /** In a conversation without messages, so that nothing sends it. */
  private async waiting(owner: TestClient): Promise<string> {
    const id = randomUUIDv7();
    const sealed = this.app.nest.get(CryptoService, { strict: false }).seal("Then", waitingContext(owner.userId ?? "", id));
    const conversationId = await this.conversation(owner);
    const insert = "INSERT INTO waiting_messages (id, conversation_id, content_encrypted) VALUES ($1, $2, $3)";
    await this.app.database.query(insert, [id, conversationId, sealed]);
    return id;
  }

  private async file(owner: TestClient): Promise<string> {
    return (await owner.upload("notes.txt", "notes")).json<{ id: string }>().id;
  }

  /** Of another browser of theirs, whose push service can't be reached. */
  private async pushDevice(owner: TestClient): Promise<string> {
    const id = randomUUIDv7();
    const subscription = { endpoint: "https://127.0.0.1:1/push", keys: { p256dh: samplePoint, auth: "A".repeat(22) }, origin: null };
    const sealed = this.app.nest
      .get(CryptoService, { strict: false })
      .seal(JSON.stringify(subscription), subscriptionContext(owner.userId ?? "", id));
    await this.app.database.query("INSERT INTO push_devices (id, user_id, session_id, subscription_encrypted) VALUES ($1, $2, $3, $4)", [
      id,
      owner.userId,
      await this.session(owner),
      sealed,
    ]);
    return id;
  }

  private async session(owner: TestClient): Promise<string> {
    await this.app.session(owner);
    const [row] = await this.app.database.query<{ id: string }>("SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 1", [
      owner.userId,
    ]);
    return row?.id ?? "";
  }

  private async token(owner: TestClient): Promise<string> {
    const body = { name: "fixture", scopes: ["read"], expiresInDays: 1 };
    return (await owner.post("/api/tokens", body)).json<{ id: string }>().id;
  }

  private async container(owner: TestClient): Promise<string> {
    const agentId = await this.fixture("agent", owner);
    await this.app.database.query(
      "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash) VALUES ($1, $2, 'error', 'enc:', $3)",
      [agentId, `mosaic-${agentId}`, Buffer.from(agentId)],
    );
    return agentId;
  }
}
