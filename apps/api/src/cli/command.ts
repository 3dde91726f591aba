import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Client } from "pg";
import { recordAudit, type AuditEntry } from "../modules/audit/audit-trail.js";
import { connectTo } from "../platform/database/database-look.js";
import { statementsOn } from "../platform/database/statements.js";
import { runAsCommand } from "../platform/logging/request-context.js";

/** Something that the operator can put right; shown without a stack. */
export class CommandError extends Error {}

export interface Terminal {
  /** What was done, for people. */
  say(line: string): void;
  /** Progress and warnings: not part of the result. */
  note(line: string): void;
}

export const terminal: Terminal = {
  say: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
};

/** Runs `work` on a connection of its own. */
export async function withDatabase<Result>(url: string, work: (database: Client) => Promise<Result>): Promise<Result> {
  const database = await connectTo(url, "mosaic-cli");
  try {
    return await work(database);
  } finally {
    await database.end().catch(() => undefined);
  }
}

/** All or nothing. */
export async function inTransaction<Result>(database: Client, work: () => Promise<Result>, mode = ""): Promise<Result> {
  await database.query(`BEGIN ${mode}`);
  try {
    const result = await work();
    await database.query("COMMIT");
    return result;
  } catch (error) {
    await database.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** The row of a command, in the transaction of what it changes. */
export async function auditCommand(database: Client, entry: AuditEntry): Promise<void> {
  await runAsCommand(async () => recordAudit(statementsOn(database), entry));
}

/** A secret from standard input: the first line of a pipe, or typed twice without being shown. Never an argument: others see those. */
export async function readSecret(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) {
    return (await text(process.stdin)).split(/\r?\n/, 1)[0] ?? "";
  }
  const first = await ask(`${prompt}: `);
  if ((await ask(`${prompt}, again: `)) !== first) {
    throw new CommandError("The two differ. Nothing was changed.");
  }
  return first;
}

async function ask(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await reader.question("");
  } finally {
    reader.close();
    process.stderr.write("\n");
  }
}
