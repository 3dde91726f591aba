import { Prisma } from "../../generated/prisma/client.js";

/** What message `m` follows. A row of before there were branches names nothing: it is on the path, and follows the row before it there. */
export const followedByM = Prisma.sql`COALESCE(m.parent_id, (
  SELECT p.id FROM messages p WHERE p.conversation_id = m.conversation_id AND p.left_at IS NULL AND p.id < m.id ORDER BY p.id DESC LIMIT 1),
  m.conversation_id)`;
