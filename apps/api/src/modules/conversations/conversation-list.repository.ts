import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { conversationColumns, rankSql, type StoredConversation } from "./conversations.types.js";
import type { ListPlace } from "./list-place.js";

export interface ListQuery {
  readonly agentId?: string | undefined;
  readonly folderId?: string | undefined;
  readonly isArchived: boolean;
  /** Only what comes after this one. */
  readonly after: ListPlace | null;
  readonly limit: number;
}

@Injectable()
export class ConversationListRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The pinned ones first, then the one that was spoken in last. */
  async page(userId: string, { agentId, folderId, isArchived, after, limit }: ListQuery): Promise<StoredConversation[]> {
    const isOf = { agent: agentId !== undefined, folder: folderId !== undefined };
    const statement = statementFor(isOf, isArchived, after !== null);
    const of = [agentId, folderId].filter((id) => id !== undefined);
    const place = after === null ? [] : [after.rank, after.updatedAt, after.id];
    return this.prisma.askPrepared<StoredConversation>(statement, [userId, limit, ...of, ...place]);
  }
}

/** Every page asks for its list: each shape of the question is read by Postgres once. */
function statementFor(isOf: { agent: boolean; folder: boolean }, isArchived: boolean, isAfter: boolean): PreparedStatement {
  const folderAt = isOf.agent ? 4 : 3;
  const first = folderAt + (isOf.folder ? 1 : 0);
  return {
    name: `conversations_${isArchived ? "archived" : "listed"}${isOf.agent ? "_of_agent" : ""}${isOf.folder ? "_in_folder" : ""}${isAfter ? "_after" : ""}`,
    text: `
      SELECT ${conversationColumns} FROM conversations
      WHERE user_id = $1 AND deleted_at IS NULL AND ${rankSql} ${isArchived ? "= 0" : ">= 1"}
        ${isOf.agent ? "AND agent_id = $3" : ""}
        ${isOf.folder ? `AND folder_id = $${folderAt}` : ""}
        ${isAfter ? `AND (${rankSql}, updated_at, id) < ($${first}, $${first + 1}, $${first + 2})` : ""}
      ORDER BY ${rankSql} DESC, updated_at DESC, id DESC LIMIT $2`,
  };
}
