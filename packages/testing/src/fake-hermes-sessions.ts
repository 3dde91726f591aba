import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface HermesMessage {
  readonly role: "user" | "assistant";
  readonly content: unknown;
}

/** What was said, in `state.db` of the home. It outlives the process. */
export class FakeHermesSessions {
  private readonly database: DatabaseSync;

  constructor(home: string) {
    this.database = new DatabaseSync(join(home, "state.db"));
    this.database.exec(`
      CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, source TEXT NOT NULL, system_prompt TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL);`);
  }

  historyOf(session: string): HermesMessage[] {
    const rows = this.database.prepare("SELECT role, content FROM messages WHERE session_id = ? ORDER BY id").all(session);
    return rows.map(({ role, content }) => ({ role: role === "user" ? "user" : "assistant", content: JSON.parse(String(content)) }));
  }

  /** What the model was told first in a session is what it is told in all its turns. */
  systemPromptOf(session: string, made: string): string {
    this.database.prepare("INSERT OR IGNORE INTO sessions VALUES (?, 'api_server', ?)").run(session, made);
    const row = this.database.prepare("SELECT system_prompt FROM sessions WHERE id = ?").get(session);
    return String(row?.["system_prompt"] ?? made);
  }

  add(session: string, ...messages: readonly HermesMessage[]): void {
    const insert = this.database.prepare("INSERT INTO messages (session_id, role, content) VALUES (?, ?, ?)");
    for (const { role, content } of messages) insert.run(session, role, JSON.stringify(content));
  }

  /** `false`: there was none. */
  delete(session: string): boolean {
    this.database.prepare("DELETE FROM messages WHERE session_id = ?").run(session);
    return this.database.prepare("DELETE FROM sessions WHERE id = ?").run(session).changes > 0;
  }

  close(): void {
    this.database.close();
  }
}
