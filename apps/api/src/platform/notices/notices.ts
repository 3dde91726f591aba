import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../database/prisma.service.js";
import type { Statements } from "../database/statements.js";
import { Logger } from "../logging/logger.js";
import { read, written, type Channel, type Notice, type Payload } from "./channels.js";
import { PostgresChannel } from "./postgres-channel.js";

export interface NoticeListener<C extends Channel> {
  onNotice(payload: Payload<C>): void;
  /** The connection was away: something may have been missed, so whoever listens looks for itself. */
  onGap(): void;
}

/** What the processes of an installation tell each other. Whoever changes something in a transaction tells it by `send`, with the transaction. */
@Injectable()
export class Notices {
  constructor(
    private readonly channel: PostgresChannel,
    private readonly prisma: PrismaService,
    private readonly logger: Logger,
  ) {}

  /**
   * Calls `listener` for each notice until the returned function is called. Resolves once Postgres listens. A payload that its channel doesn't
   * know (of another release, or of somebody at the database) is logged and dropped.
   */
  async listen<C extends Channel>(channel: C, listener: NoticeListener<C>): Promise<() => void> {
    return this.channel.listen(channel, {
      onText: (text) => {
        const payload = read(channel, text);
        if (payload === undefined) {
          this.logger.warn("dropped a notice that can't be read", { channel, characters: text.length });
          return;
        }
        this.guarded(channel, () => listener.onNotice(payload));
      },
      onGap: () => this.guarded(channel, () => listener.onGap()),
    });
  }

  /** False while the connection is away: nothing is heard, and `onGap` will say so. */
  get isHearing(): boolean {
    return this.channel.isHearing;
  }

  /** For what is not part of a change. */
  async tell(notice: Notice): Promise<void> {
    await send(this.prisma, notice);
  }

  /** One listener's fault is not to keep a notice from the others, nor to end the process. */
  private guarded(channel: Channel, hear: () => void): void {
    try {
      hear();
    } catch (error) {
      this.logger.error("a listener failed on a notice", error, { channel });
    }
  }
}

/** Told to every process if the transaction commits, and not before. */
export async function send(transaction: Statements, notice: Notice): Promise<void> {
  await transaction.$executeRaw(Prisma.sql`SELECT ${sending(notice)}`);
}

/** As `send`, for many, in one statement. */
export async function sendAll(transaction: Pick<Prisma.TransactionClient, "$executeRaw">, notices: readonly Notice[]): Promise<void> {
  await transaction.$executeRaw`
    SELECT pg_notify(channel, payload)
    FROM unnest(${notices.map(({ channel }) => channel)}::text[], ${notices.map(written)}::text[]) AS notice (channel, payload)`;
}

/** As `send`, as an expression: told once for each row that the statement yields. */
export function sending(notice: Notice): Prisma.Sql {
  return Prisma.sql`pg_notify(${notice.channel}, ${written(notice)})`;
}
