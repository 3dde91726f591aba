import { randomUUIDv7 } from "node:crypto";
import { seal, sealKey } from "../../apps/api/dist/modules/crypto/sealed-box.js";
import type { World } from "./fixtures.ts";

/** Puts an answer into a conversation as if an agent had given it. */
export async function storeAnswer({ database, secretKey }: World, conversationId: string, text: string): Promise<void> {
  const [row] = await database.query("SELECT user_id FROM conversations WHERE id = $1", [conversationId]);
  const id = randomUUIDv7();
  const sealed = seal(sealKey(secretKey), text, { owner: String(row?.["user_id"]), field: `messages.content_encrypted:${id}` });
  await database.query(
    "INSERT INTO messages (id, conversation_id, role, content_encrypted, status) VALUES ($1, $2, 'assistant', $3, 'complete')",
    [id, conversationId, sealed],
  );
}
