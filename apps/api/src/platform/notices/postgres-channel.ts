import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import { Client } from "pg";
import { ENV, type Env } from "../config/env.js";
import { fromConnecting } from "../database/database-errors.js";
import { Logger } from "../logging/logger.js";
import type { Channel } from "./channels.js";

export interface ChannelListener {
  onText(text: string): void;
  onGap(): void;
}

const reconnectDelayMs = 500;

/**
 * What Postgres notifies, over one connection of its own, kept up through restarts of the database. After a reconnect every listener is told of
 * the gap. Only `Notices` uses it.
 */
@Injectable()
export class PostgresChannel implements OnModuleDestroy {
  readonly #listeners = new Map<string, Set<ChannelListener>>();
  #client: Client | undefined;
  #connecting: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    @Inject(ENV) private readonly env: Env,
    private readonly logger: Logger,
  ) {}

  /** Calls `listener` for each notification until the returned function is called. Resolves once Postgres listens. */
  async listen(channel: Channel, listener: ChannelListener): Promise<() => void> {
    const listeners = this.#listeners.get(channel) ?? new Set<ChannelListener>();
    const isFirst = listeners.size === 0;
    listeners.add(listener);
    this.#listeners.set(channel, listeners);
    await this.#connected();
    if (isFirst) {
      await this.#client?.query(`LISTEN ${channel}`).catch(() => undefined);
    }
    return () => {
      listeners.delete(listener);
    };
  }

  async onModuleDestroy(): Promise<void> {
    this.#isClosed = true;
    await this.#connecting?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  async #connected(): Promise<void> {
    if (this.#client !== undefined || this.#isClosed) {
      return;
    }
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  async #connect(): Promise<void> {
    const client = new Client({ connectionString: this.env.DATABASE_URL.open(), connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.on("notification", ({ channel, payload }) => this.#deliver(channel, (listener) => listener.onText(payload ?? "")));
    await client.connect().catch((error: unknown) => {
      throw fromConnecting(error);
    });
    this.#client = client;
    for (const channel of this.#listeners.keys()) {
      await client.query(`LISTEN ${channel}`);
      this.#deliver(channel, (listener) => listener.onGap());
    }
  }

  #deliver(channel: string, tell: (listener: ChannelListener) => void): void {
    for (const listener of this.#listeners.get(channel) ?? []) {
      tell(listener);
    }
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#isClosed) {
      return;
    }
    this.#client = undefined;
    this.logger.warn("lost the connection for notifications; reconnecting");
    const retry = (): void => {
      if (!this.#isClosed) {
        this.#connected().catch(() => setTimeout(retry, reconnectDelayMs).unref());
      }
    };
    setTimeout(retry, reconnectDelayMs).unref();
  }
}
