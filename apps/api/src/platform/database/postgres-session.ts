import type { Client } from "pg";
import type { Logger } from "../logging/logger.js";
import { fromConnection } from "./database-errors.js";
import { SerialClient } from "./serial-client.js";

export interface SessionOptions {
  readonly url: string;
  /** What it is for, in the log. */
  readonly purpose: string;
  readonly logger: Logger;
  /** How long to wait before the first attempt after it was lost; each further one comes after `retryDelayMs`. */
  readonly firstRetryMs: number;
  /** Puts a new session into the state of the former one. */
  readonly onConnected: (client: Client) => Promise<void>;
  readonly onNotification?: (channel: string, payload: string) => void;
}

/** Between attempts to connect. */
export const retryDelayMs = 500;

/** A session of Postgres on a connection of its own, for what lives as long as a session does. Kept up through restarts of the database. */
export class PostgresSession {
  private readonly options: SessionOptions;
  private open: Client | undefined;
  private connecting: Promise<Client> | undefined;
  private connectedAtMs = 0;
  private connections = 0;
  private closed = false;

  constructor(options: SessionOptions) {
    this.options = options;
  }

  /** `undefined` while it is away, and until somebody has needed it. */
  get client(): Client | undefined {
    return this.open;
  }

  /** How long it has been up since it was lost; 0 while it is away, `Infinity` if it never was lost. */
  upAgainForMs(): number {
    if (this.open === undefined) {
      return 0;
    }
    return this.connections === 1 ? Infinity : performance.now() - this.connectedAtMs;
  }

  /** Rejects when the database is away. */
  async connected(): Promise<Client> {
    if (this.open !== undefined) {
      return this.open;
    }
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** For good. */
  async close(): Promise<void> {
    this.closed = true;
    await this.connecting?.catch(() => undefined);
    await this.open?.end().catch(() => undefined);
  }

  private async connect(): Promise<Client> {
    if (this.closed) {
      throw new Error("the session is closed");
    }
    const { url, onConnected, onNotification } = this.options;
    const client = new SerialClient({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on("error", () => this.lost(client));
    client.on("end", () => this.lost(client));
    client.on("notification", ({ channel, payload }) => onNotification?.(channel, payload ?? ""));
    await client.connect().catch((error: unknown) => {
      throw fromConnection(error);
    });
    this.open = client;
    this.connections += 1;
    this.connectedAtMs = performance.now();
    await onConnected(client);
    return client;
  }

  private lost(client: Client): void {
    if (this.open !== client || this.closed) {
      return;
    }
    this.open = undefined;
    this.options.logger.warn(`lost the connection for ${this.options.purpose}; reconnecting`);
    const retry = (): void => {
      if (!this.closed && this.open === undefined) {
        this.connected().catch(() => setTimeout(retry, retryDelayMs).unref());
      }
    };
    setTimeout(retry, this.options.firstRetryMs).unref();
  }
}
