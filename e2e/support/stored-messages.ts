import { randomUUIDv7 } from "node:crypto";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import { seal, sealKey } from "../../apps/api/dist/modules/crypto/sealed-box.js";
import type { World } from "./fixtures.ts";

/** Puts an answer into a conversation as if an agent had given it: its text, or its parts. */
export async function storeAnswer(world: World, conversationId: string, said: string | readonly MessagePart[]): Promise<void> {
  const { database, secretKey } = world;
  const [text, format] = typeof said === "string" ? [said, "text"] : [JSON.stringify(said), "parts"];
  const [row] = await database.query("SELECT user_id FROM conversations WHERE id = $1", [conversationId]);
  const id = randomUUIDv7();
  const sealed = seal(sealKey(secretKey), text, { owner: String(row?.["user_id"]), field: `messages.content_encrypted:${id}` });
  await database.query(
    "INSERT INTO messages (id, conversation_id, role, content_encrypted, content_format, status) VALUES ($1, $2, 'assistant', $3, $4, 'complete')",
    [id, conversationId, sealed, format],
  );
}

/** Puts questions and answers into a conversation in turn, as if they had been said. */
export async function storeTalk({ database, secretKey }: World, conversationId: string, texts: readonly string[]): Promise<void> {
  const [row] = await database.query("SELECT user_id FROM conversations WHERE id = $1", [conversationId]);
  const key = sealKey(secretKey);
  const ids = texts.map((_, index) => `0190f0f0-0000-7000-${(0x8000 + index).toString(16)}-${conversationId.slice(-12)}`);
  const sealed = texts.map((text, index) =>
    seal(key, text, { owner: String(row?.["user_id"]), field: `messages.content_encrypted:${ids[index]}` }),
  );
  await database.query(
    `INSERT INTO messages (id, conversation_id, role, content_encrypted, content_format, status)
      SELECT new.id, $1, CASE WHEN new.place % 2 = 1 THEN 'user' ELSE 'assistant' END, new.content, 'text', 'complete'
      FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS new (id, content, place)`,
    [conversationId, ids, sealed],
  );
}
