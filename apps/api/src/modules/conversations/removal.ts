import { Prisma } from "../../generated/prisma/client.js";

/** What the agents of removed messages and conversations remember of them is noted in the statement that removes them: neither is ever without the other. */
const noting = (rows: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`noted AS (INSERT INTO agent_sessions_to_delete (agent_id, session) ${rows} ON CONFLICT DO NOTHING)`;

/** `ids`: a query of ids of messages. Yields their `count`. */
export function removingMessages(ids: Prisma.Sql): Prisma.Sql {
  const rows = Prisma.sql`
    SELECT DISTINCT v.agent_id, gone.agent_session FROM gone JOIN conversations v ON v.id = gone.conversation_id WHERE gone.agent_session IS NOT NULL`;
  return Prisma.sql`
    WITH gone AS (DELETE FROM messages WHERE id IN (${ids}) RETURNING conversation_id, agent_session), ${noting(rows)}
    SELECT count(*)::int AS count FROM gone`;
}

/** `ids`: a query of ids of conversations. Yields their `count`. */
export function removingConversations(ids: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH gone AS (DELETE FROM conversations WHERE id IN (${ids}) RETURNING id, agent_id),
    ${noting(Prisma.sql`SELECT gone.agent_id, gone.id::text FROM gone`)}
    SELECT count(*)::int AS count FROM gone`;
}
