import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface NanobotMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What was said, in one file of JSON lines for each session. It outlives the process, and one turn of a session waits for the other. */
export class FakeNanobotSessions {
  private readonly folder: string;
  private readonly queues = new Map<string, Promise<void>>();

  constructor(dataDir: string) {
    this.folder = join(dataDir, "sessions");
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  historyOf(key: string): NanobotMessage[] {
    const file = this.fileOf(key);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    return lines.slice(1).map((line): NanobotMessage => JSON.parse(line));
  }

  add(key: string, ...messages: readonly NanobotMessage[]): void {
    const all = [...this.historyOf(key), ...messages];
    const lines = [{ _type: "metadata", key, metadata: {} }, ...all].map((line) => JSON.stringify(line));
    writeFileSync(this.fileOf(key), `${lines.join("\n")}\n`, { mode: 0o600 });
  }

  /** Runs `turn` when the session's earlier turns are over; sessions run side by side. */
  async inTurn(key: string, turn: () => Promise<void>): Promise<void> {
    const before = this.queues.get(key) ?? Promise.resolve();
    const current = before.then(turn);
    const settled = current.catch(() => undefined);
    this.queues.set(key, settled);
    await current;
  }

  private fileOf(key: string): string {
    return join(this.folder, `${Buffer.from(key).toString("base64url")}.jsonl`);
  }
}
