import type { MessagePart } from "@mosaic/contracts/message-parts";
import { sealParts } from "../../src/modules/conversations/message-seal.js";
import { CryptoService } from "../../src/modules/crypto/crypto.service.js";
import type { TestApp } from "./test-app.js";

export interface MessageToStore {
  readonly id: string;
  readonly parts: readonly MessagePart[];
}

/** Puts messages into a conversation as if they had been said, all at the same time, questions and answers in turn. */
export async function storeMessages(
  app: TestApp,
  { userId, conversationId }: { readonly userId: string; readonly conversationId: string },
  messages: readonly MessageToStore[],
): Promise<void> {
  const crypto = app.nest.get(CryptoService);
  const sealed = messages.map(({ id, parts }) => sealParts(crypto, { userId, messageId: id }, parts));
  await app.database.query(
    `INSERT INTO messages (id, conversation_id, role, content_encrypted, content_format, status, created_at)
      SELECT new.id, $1, CASE WHEN new.place % 2 = 1 THEN 'user' ELSE 'assistant' END, new.content, new.format, 'complete', '2026-11-29T12:00:00Z'
      FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY AS new (id, content, format, place)`,
    [
      conversationId,
      messages.map(({ id }) => id),
      sealed.map(({ contentEncrypted }) => contentEncrypted),
      sealed.map(({ contentFormat }) => contentFormat),
    ],
  );
}
