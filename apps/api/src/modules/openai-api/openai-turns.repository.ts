import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isProcessAliveSql } from "../../platform/api-process/process-lock.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { KnownRequest } from "./openai-turns.types.js";

/** By which request each turn of a program began. */
@Injectable()
export class OpenAiTurnsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** `since`: an older one is another one. `null`: none is. */
  async findRequest(userId: string, requestKey: Buffer, since: Date | null): Promise<KnownRequest | null> {
    const [row] = await this.prisma.askNamed<KnownRequest>(
      "openai_find_request",
      Prisma.sql`
      SELECT t.answer_id AS "answerId", t.conversation_id AS "conversationId", t.body, t.retries, t.created_at AS "createdAt"
      FROM openai_turns t
      WHERE t.user_id = ${userId}::uuid AND t.request_key = ${requestKey} AND (${since}::timestamptz IS NULL OR t.created_at > ${since})`,
    );
    return row ?? null;
  }

  /** Its program has asked again, at this process: no other ends the turn because that has left. */
  async noteReader(answerId: string, processId: string): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE openai_turns SET reader = ${processId}::uuid WHERE answer_id = ${answerId}::uuid AND reader IS DISTINCT FROM ${processId}::uuid`;
  }

  async isReadElsewhere(answerId: string, processId: string): Promise<boolean> {
    const rows = await this.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM openai_turns
      WHERE answer_id = ${answerId}::uuid AND reader <> ${processId}::uuid AND ${Prisma.raw(isProcessAliveSql("reader"))}`;
    return rows.length > 0;
  }

  /** Requests like it that come from now on are others. */
  async forgetRequest(userId: string, requestKey: Buffer): Promise<void> {
    await this.prisma
      .$executeRaw`UPDATE openai_turns SET request_key = NULL WHERE user_id = ${userId}::uuid AND request_key = ${requestKey}`;
  }
}
