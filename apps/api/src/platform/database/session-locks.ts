import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import type { Client } from "pg";
import { ENV, type Env } from "../config/env.js";
import { Logger } from "../logging/logger.js";
import { lockNumberSql } from "./lock-sql.js";
import { PostgresSession, retryDelayMs } from "./postgres-session.js";

export interface HeldLock {
  /** Aborts when the lock is lost for good: the connection broke and somebody else has it now. */
  readonly lost: AbortSignal;
  /** Idempotent. Never rejects: a lock whose connection broke is free anyway. */
  release(): Promise<void>;
}

interface Entry {
  /** False while it is being acquired for the first time. */
  isHeld: boolean;
  readonly isForLife: boolean;
  readonly lost: AbortController;
}

/** How long every process has, after Postgres dropped connections, to take again what it held: three attempts to connect. */
const takingAgainMs = 3 * retryDelayMs;

/**
 * Session-level advisory locks of Postgres, all on one connection of this class: no transaction is held open, and a process that dies frees
 * them. After a broken connection they are taken again; one that somebody else took in between is told to be lost. A lock excludes others in
 * this process too, which Postgres alone would not (the session is the same).
 */
@Injectable()
export class SessionLocks implements OnApplicationShutdown {
  private readonly entries = new Map<string, Entry>();
  private readonly session: PostgresSession;

  constructor(@Inject(ENV) env: Env, logger: Logger) {
    this.session = new PostgresSession({
      url: env.DATABASE_URL.open(),
      purpose: "locks",
      logger,
      // Others may take what is free now.
      firstRetryMs: retryDelayMs / 10,
      onConnected: async (client) => this.takeAllAgain(client),
    });
  }

  /** How long the other processes have had time to take their locks again, after Postgres dropped connections; `Infinity` if it never did. */
  undisturbedForMs(): number {
    return this.session.upAgainForMs();
  }

  /**
   * `null` when somebody has it, in this process or another, or may have had it until a moment ago, when Postgres dropped its connection too.
   * Does not wait. Rejects when the database is away.
   */
  async tryAcquire(key: string): Promise<HeldLock | null> {
    if (this.entries.has(key)) {
      return null;
    }
    const entry: Entry = { isHeld: false, isForLife: false, lost: new AbortController() };
    this.entries.set(key, entry);
    try {
      const client = await this.session.connected();
      entry.isHeld = this.undisturbedForMs() >= takingAgainMs && (await tryLock(client, key));
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
    if (!entry.isHeld) {
      this.entries.delete(key);
      return null;
    }
    return { lost: entry.lost.signal, release: async () => this.release(key, entry) };
  }

  /** Holds a lock as long as this process lives. Resolves once it has it. */
  async holdForLife(key: string): Promise<void> {
    const entry: Entry = { isHeld: false, isForLife: true, lost: new AbortController() };
    this.entries.set(key, entry);
    const client = await this.session.connected();
    entry.isHeld = true;
    await this.takeAgain(client, key, entry);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.session.close();
  }

  private async release(key: string, entry: Entry): Promise<void> {
    if (this.entries.get(key) !== entry) {
      return;
    }
    // The entry goes last: in between, another caller in this process would get the lock of the same session once more.
    await this.session.client?.query(`SELECT pg_advisory_unlock(${lockNumberSql("$1")})`, [key]).catch(() => undefined);
    this.entries.delete(key);
  }

  private async takeAllAgain(client: Client): Promise<void> {
    for (const [key, entry] of this.entries) {
      if (entry.isHeld) {
        await this.takeAgain(client, key, entry);
      }
    }
  }

  private async takeAgain(client: Client, key: string, entry: Entry): Promise<void> {
    if (await tryLock(client, key)) {
      if (this.entries.get(key) !== entry) {
        await client.query(`SELECT pg_advisory_unlock(${lockNumberSql("$1")})`, [key]);
      }
      return;
    }
    if (!entry.isForLife) {
      this.entries.delete(key);
      entry.lost.abort(new Error("the lock was lost with the connection"));
      return;
    }
    // Our own former session may linger for a moment.
    setTimeout(() => {
      if (this.session.client === client) {
        this.takeAgain(client, key, entry).catch(() => undefined);
      }
    }, retryDelayMs).unref();
  }
}

async function tryLock(client: Client, key: string): Promise<boolean> {
  const result = await client.query<{ is_held: boolean }>(`SELECT pg_try_advisory_lock(${lockNumberSql("$1")}) AS is_held`, [key]);
  return result.rows[0]?.is_held === true;
}
