import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { Client } from "pg";
import { ENV, type Env } from "../config/env.js";
import { fromConnecting } from "./database-errors.js";
import { Logger } from "../logging/logger.js";

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

const retryDelayMs = 500;
/** How long every process has, after Postgres dropped connections, to take again what it held: three attempts to connect. */
const takingAgainMs = 3 * retryDelayMs;

/** How a key becomes the number that Postgres locks. Other queries look for holders in `pg_locks` by the same number. */
export const lockNumberSql = (key: string): string => `hashtextextended(${key}, 0)`;

/**
 * Session-level advisory locks of Postgres, all on one connection of this class: no transaction is held open, and a process that dies frees
 * them. After a broken connection they are taken again; one that somebody else took in between is told to be lost. A lock excludes others in
 * this process too, which Postgres alone would not (the session is the same).
 */
@Injectable()
export class SessionLocks implements OnApplicationShutdown {
  readonly #entries = new Map<string, Entry>();
  #client: Client | undefined;
  #connecting: Promise<Client> | undefined;
  #connectedAtMs = 0;
  #connections = 0;
  #isClosed = false;

  constructor(
    @Inject(ENV) private readonly env: Env,
    private readonly logger: Logger,
  ) {}

  /** How long the other processes have had time to take their locks again, after Postgres dropped connections; `Infinity` if it never did. */
  settledForMs(): number {
    if (this.#client === undefined) {
      return 0;
    }
    return this.#connections === 1 ? Infinity : performance.now() - this.#connectedAtMs;
  }

  /**
   * `null` when somebody has it, in this process or another, or may have had it until a moment ago, when Postgres dropped its connection too.
   * Does not wait. Rejects when the database is away.
   */
  async tryAcquire(key: string): Promise<HeldLock | null> {
    if (this.#entries.has(key)) {
      return null;
    }
    const entry: Entry = { isHeld: false, isForLife: false, lost: new AbortController() };
    this.#entries.set(key, entry);
    try {
      const client = await this.#connected();
      entry.isHeld = this.settledForMs() >= takingAgainMs && (await tryLock(client, key));
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
    if (!entry.isHeld) {
      this.#entries.delete(key);
      return null;
    }
    return { lost: entry.lost.signal, release: async () => this.#release(key, entry) };
  }

  /** Holds a lock as long as this process lives. Resolves once it has it. */
  async holdForLife(key: string): Promise<void> {
    const entry: Entry = { isHeld: false, isForLife: true, lost: new AbortController() };
    this.#entries.set(key, entry);
    const client = await this.#connected();
    entry.isHeld = true;
    await this.#takeAgain(client, key, entry);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    await this.#connecting?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  async #release(key: string, entry: Entry): Promise<void> {
    if (this.#entries.get(key) !== entry) {
      return;
    }
    // The entry goes last: in between, another caller in this process would get the lock of the same session once more.
    await this.#client?.query(`SELECT pg_advisory_unlock(${lockNumberSql("$1")})`, [key]).catch(() => undefined);
    this.#entries.delete(key);
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) {
      return this.#client;
    }
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Client> {
    const client = new Client({ connectionString: this.env.DATABASE_URL.open(), connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on("error", () => this.#disconnected(client));
    client.on("end", () => this.#disconnected(client));
    await client.connect().catch((error: unknown) => {
      throw fromConnecting(error);
    });
    this.#client = client;
    this.#connections += 1;
    this.#connectedAtMs = performance.now();
    for (const [key, entry] of this.#entries) {
      if (entry.isHeld) {
        await this.#takeAgain(client, key, entry);
      }
    }
    return client;
  }

  async #takeAgain(client: Client, key: string, entry: Entry): Promise<void> {
    if (await tryLock(client, key)) {
      if (this.#entries.get(key) !== entry) {
        await client.query(`SELECT pg_advisory_unlock(${lockNumberSql("$1")})`, [key]);
      }
      return;
    }
    if (!entry.isForLife) {
      this.#entries.delete(key);
      entry.lost.abort(new Error("the lock was lost with the connection"));
      return;
    }
    // Our own former session may linger for a moment.
    setTimeout(() => {
      if (this.#client === client) {
        this.#takeAgain(client, key, entry).catch(() => undefined);
      }
    }, retryDelayMs).unref();
  }

  #disconnected(client: Client): void {
    if (this.#client !== client || this.#isClosed) {
      return;
    }
    this.#client = undefined;
    this.logger.warn("lost the connection for locks; reconnecting");
    const retry = (): void => {
      if (!this.#isClosed && this.#client === undefined) {
        this.#connected().catch(() => setTimeout(retry, retryDelayMs).unref());
      }
    };
    setTimeout(retry, retryDelayMs / 10).unref();
  }
}

async function tryLock(client: Client, key: string): Promise<boolean> {
  const result = await client.query<{ is_held: boolean }>(`SELECT pg_try_advisory_lock(${lockNumberSql("$1")}) AS is_held`, [key]);
  return result.rows[0]?.is_held === true;
}
