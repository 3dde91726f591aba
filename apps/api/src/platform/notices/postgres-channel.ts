import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import type { Client } from "pg";
import { ENV, type Env } from "../config/env.js";
import { PostgresSession, retryDelayMs } from "../database/postgres-session.js";
import { Logger } from "../logging/logger.js";
import type { Channel } from "./channels.js";

export interface ChannelListener {
  onText(text: string): void;
  onGap(): void;
}

/** What Postgres notifies, on a session of its own. After a reconnect every listener is told of the gap. Only `Notices` uses it. */
@Injectable()
export class PostgresChannel implements OnModuleDestroy {
  private readonly listeners = new Map<string, Set<ChannelListener>>();
  private readonly session: PostgresSession;

  constructor(@Inject(ENV) env: Env, logger: Logger) {
    this.session = new PostgresSession({
      url: env.DATABASE_URL.open(),
      purpose: "notifications",
      logger,
      firstRetryMs: retryDelayMs,
      onConnected: async (client) => this.listenToAll(client),
      onNotification: (channel, payload) => this.deliver(channel, (listener) => listener.onText(payload)),
    });
  }

  /** Calls `listener` for each notification until the returned function is called. Resolves once Postgres listens. */
  async listen(channel: Channel, listener: ChannelListener): Promise<() => void> {
    const listeners = this.listeners.get(channel) ?? new Set<ChannelListener>();
    const isFirst = listeners.size === 0;
    listeners.add(listener);
    this.listeners.set(channel, listeners);
    if (!this.session.isClosed) {
      const client = await this.session.connected();
      await (isFirst ? client.query(`LISTEN ${channel}`).catch(() => undefined) : undefined);
    }
    return () => {
      listeners.delete(listener);
    };
  }

  get isHearing(): boolean {
    return this.session.client !== undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await this.session.close();
  }

  private async listenToAll(client: Client): Promise<void> {
    for (const channel of this.listeners.keys()) {
      await client.query(`LISTEN ${channel}`);
      this.deliver(channel, (listener) => listener.onGap());
    }
  }

  private deliver(channel: string, tell: (listener: ChannelListener) => void): void {
    for (const listener of this.listeners.get(channel) ?? []) {
      tell(listener);
    }
  }
}
