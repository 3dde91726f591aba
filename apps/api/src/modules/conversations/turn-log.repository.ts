import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { sending } from "../../platform/notices/notices.js";
import { messageFields, type StoredMessage } from "./conversations.types.js";

/** Some events of a turn that came together; `seq` is the number of the first one. */
export interface SealedEvents {
  readonly seq: number;
  readonly payloadEncrypted: string;
}

/** The rows of the logs of turns in flight. They are added by whoever runs the turn, and go in the transaction that ends it. */
@Injectable()
export class TurnLogRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Adds to the log and tells every process, in one statement. False if the answer is final or gone, or another process runs it by now. Idempotent:
   * what is there stays. The lock of the answer's row keeps anything from being added after its end.
   */
  async append(answerId: string, processId: string, { seq, payloadEncrypted }: SealedEvents): Promise<boolean> {
    const rows = await this.prisma.askNamed(
      "append_turn_events",
      Prisma.sql`
      WITH turn AS (SELECT id FROM messages WHERE id = ${answerId}::uuid AND status = 'streaming' AND process_id = ${processId}::uuid FOR SHARE),
      added AS (
        INSERT INTO turn_events (message_id, seq, payload_encrypted) SELECT id, ${seq}::int, ${payloadEncrypted} FROM turn
        ON CONFLICT (message_id, seq) DO NOTHING)
      SELECT ${sending({ channel: "mosaic_turns", payload: { what: "more", answerId } })} FROM turn`,
    );
    return rows.length > 0;
  }

  /** What was added from the event of number `seq` on, a few rows at a time. */
  async read(answerId: string, seq: number, limit: number): Promise<SealedEvents[]> {
    return this.prisma.turnEvents.findMany({
      where: { messageId: answerId, seq: { gte: seq } },
      select: { seq: true, payloadEncrypted: true },
      orderBy: { seq: "asc" },
      take: limit,
    });
  }

  /** `null` if the user has no such answer. */
  async findAnswer(userId: string, id: string): Promise<StoredMessage | null> {
    const where = { id, role: "assistant", conversation: { userId, deletedAt: null } };
    return (await this.prisma.message.findFirst({ where, select: messageFields })) as StoredMessage | null;
  }
}
