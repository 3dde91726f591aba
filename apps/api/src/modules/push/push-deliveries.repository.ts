import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { SealedContent } from "../conversations/conversations.types.js";

export interface Delivery {
  readonly messageId: string;
  readonly deviceId: string;
  readonly userId: string;
  /** This one counted. */
  readonly attempts: number;
  readonly isStale: boolean;
}

/** What there is to tell, and where. */
export interface Told extends SealedContent {
  readonly conversationId: string;
  readonly status: string;
  /** Its agent said it without being asked. */
  readonly isUnasked: boolean;
  readonly agentName: string;
  readonly subscriptionEncrypted: string;
  readonly showsText: boolean;
  /** That the owner has chosen. */
  readonly language: string | null;
}

export interface ClaimTimes {
  readonly graceMs: number;
  readonly leaseMs: number;
  readonly staleMs: number;
}

/** What devices are to be told. Times are the database's, which all processes share. */
@Injectable()
export class PushDeliveriesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Those of the messages of which somebody is still to be told. */
  async waiting(messageIds: readonly string[]): Promise<{ readonly userId: string; readonly messageId: string }[]> {
    return this.prisma.$queryRaw`
      SELECT DISTINCT user_id AS "userId", message_id AS "messageId" FROM push_deliveries WHERE message_id = ANY(${[...messageIds]}::uuid[])`;
  }

  /** Their owner sees it. */
  async drop(userId: string, messageId: string): Promise<void> {
    await this.prisma.$executeRaw`DELETE FROM push_deliveries WHERE message_id = ${messageId}::uuid AND user_id = ${userId}::uuid`;
  }

  /** The first ones that are due, of nobody in `busyIds`; no other process gets them before the lease is over. */
  async claim(most: number, busyIds: readonly string[], { graceMs, leaseMs, staleMs }: ClaimTimes): Promise<Delivery[]> {
    return this.prisma.$queryRaw<Delivery[]>`
      WITH due AS (
        SELECT message_id, device_id FROM push_deliveries
        WHERE due_at <= now() - ${graceMs} * interval '1 millisecond' AND NOT (user_id = ANY(${[...busyIds]}::uuid[]))
        ORDER BY due_at LIMIT ${most} FOR UPDATE SKIP LOCKED)
      UPDATE push_deliveries p SET attempts = p.attempts + 1, due_at = now() + ${leaseMs} * interval '1 millisecond'
      FROM due WHERE p.message_id = due.message_id AND p.device_id = due.device_id
      RETURNING p.message_id AS "messageId", p.device_id AS "deviceId", p.user_id AS "userId", p.attempts,
        p.created_at < now() - ${staleMs} * interval '1 millisecond' AS "isStale"`;
  }

  /** `null`: nobody is to be told any more, since the session has ended, the user was disabled, or the conversation deleted. */
  async find({ messageId, deviceId, userId }: Delivery, now: Date): Promise<Told | null> {
    const [row] = await this.prisma.$queryRaw<Told[]>`
      SELECT m.conversation_id AS "conversationId", m.status, m.agent_event_kind IS NOT NULL AS "isUnasked", m.content_encrypted AS "contentEncrypted", m.content_format AS "contentFormat",
        a.name AS "agentName", d.subscription_encrypted AS "subscriptionEncrypted", d.shows_text AS "showsText", u.language
      FROM push_devices d
        JOIN sessions s ON s.id = d.session_id JOIN users u ON u.id = d.user_id
        JOIN messages m ON m.id = ${messageId}::uuid
        JOIN conversations v ON v.id = m.conversation_id JOIN agents a ON a.id = v.agent_id
      WHERE d.id = ${deviceId}::uuid AND d.user_id = ${userId}::uuid AND v.user_id = d.user_id AND v.deleted_at IS NULL
        AND u.disabled_at IS NULL AND s.idle_expires_at > ${now} AND s.expires_at > ${now}`;
    return row ?? null;
  }

  async end({ messageId, deviceId }: Delivery): Promise<void> {
    await this.prisma.pushDelivery.deleteMany({ where: { messageId, deviceId } });
  }

  /** Claimed for nothing: it is due, and was not tried. */
  async release({ messageId, deviceId }: Delivery, graceMs: number): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE push_deliveries SET due_at = now() - ${graceMs} * interval '1 millisecond', attempts = attempts - 1
      WHERE message_id = ${messageId}::uuid AND device_id = ${deviceId}::uuid`;
  }

  async putOff({ messageId, deviceId }: Delivery, ms: number): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE push_deliveries SET due_at = now() + ${ms} * interval '1 millisecond' WHERE message_id = ${messageId}::uuid AND device_id = ${deviceId}::uuid`;
  }
}
