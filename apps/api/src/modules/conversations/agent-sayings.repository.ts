import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { messageColumns, type BegunTurn, type StoredMessage } from "./conversations.types.js";

/** More than the agent was let wait for. */
const most = 50;

/** What agents have said by themselves and are told again with a turn: the statement that begins it has claimed that. */
@Injectable()
export class AgentSayingsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Of this turn, oldest first: whoever asks again gets the same. */
  async givenTo({ conversationId, answerId }: BegunTurn): Promise<StoredMessage[]> {
    const rows = await this.prisma.$queryRaw<StoredMessage[]>`
      SELECT ${Prisma.raw(messageColumns)} FROM messages
      WHERE conversation_id = ${conversationId}::uuid AND given_to = ${answerId}::uuid AND agent_event_kind IS NOT NULL ORDER BY id DESC LIMIT ${most}`;
    return rows.toReversed();
  }

  /** The agent never got them: the next turn gives them. */
  async takeBack({ conversationId, answerId }: BegunTurn): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE messages SET given_to = NULL
      WHERE conversation_id = ${conversationId}::uuid AND given_to = ${answerId}::uuid AND agent_event_kind IS NOT NULL`;
  }
}
