import { crowdId } from "../../apps/api/test/harness/crowded-database.js";
import type { Statement } from "../../apps/api/test/harness/statements.js";

/** How something was asked before, beside how it is asked now. */
export interface Rewritten {
  readonly what: string;
  readonly former: Statement;
  readonly now: Statement;
}

const statement = (text: string, values: readonly unknown[] = []): Statement => ({ asker: null, text, values });

/** `event` is the row after which the page begins. */
export function rewritten(event: { readonly at: Date; readonly id: string }): Rewritten[] {
  const container = `SELECT c.agent_id, c.status, c.status_since, a.name, u.username FROM agent_containers c
    JOIN agents a ON a.id = c.agent_id LEFT JOIN users u ON u.id = a.owner_id`;
  return [
    {
      what: "audit export, a late batch",
      former: statement("SELECT * FROM audit_events WHERE at < $1 OR (at = $1 AND id < $2) ORDER BY at DESC, id DESC LIMIT 500", [
        event.at,
        event.id,
      ]),
      now: statement("SELECT * FROM audit_events WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT 500", [event.at, event.id]),
    },
    {
      what: "list of containers",
      former: statement(`${container} ORDER BY c.status_since DESC, c.agent_id ASC`),
      now: statement(`${container} ORDER BY c.status_since DESC, c.agent_id DESC LIMIT 51`),
    },
    {
      what: "what the reconciler reads",
      former: statement(
        "SELECT a.id, c.* FROM agents a JOIN backends b ON b.id = a.backend_id JOIN agent_containers c ON c.agent_id = a.id ORDER BY a.id",
      ),
      now: statement(
        "SELECT c.agent_id, c.name, c.status, c.endpoint_host, c.endpoint_port FROM agent_containers c WHERE c.status IN ('starting', 'running', 'stopping')",
      ),
    },
    {
      what: "how many agents each user of a page has",
      former: statement(
        `SELECT u.id, coalesce(n.count, 0) FROM users u LEFT JOIN (SELECT owner_id, count(*) FROM agents WHERE 1=1 GROUP BY owner_id) n ON n.owner_id = u.id
         ORDER BY u.username LIMIT 25`,
      ),
      now: statement("SELECT owner_id, count(*) FROM agents WHERE owner_id = ANY($1::uuid[]) GROUP BY owner_id", [
        Array.from({ length: 25 }, (_, index) => crowdId("users", index + 1)),
      ]),
    },
    {
      what: "total of a list of the audit",
      former: statement("SELECT count(*) FROM audit_events"),
      now: statement("SELECT count(*) FROM (SELECT 1 FROM audit_events LIMIT 10001) counted"),
    },
  ];
}
