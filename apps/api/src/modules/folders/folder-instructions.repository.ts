import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

/** The turn of an answer. */
export interface InstructedTurn {
  readonly userId: string;
  readonly answerId: string;
}

export interface StoredInstructions {
  /** With this turn the agent is to be told them. */
  readonly isTold: boolean;
  /** Of the folder that the conversation is in. `null`: it is in none, or in one without instructions. */
  readonly folder: { readonly id: string; readonly instructionsEncrypted: string } | null;
}

interface InstructionsRow {
  readonly isTold: boolean;
  readonly folderId: string | null;
  readonly instructionsEncrypted: string | null;
}

@Injectable()
export class FolderInstructionsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** As the folder says them now. With `isNewSession` they are told in any case, and the answer remembers which. `null`: the turn is gone. */
  async of({ userId, answerId }: InstructedTurn, isNewSession: boolean): Promise<StoredInstructions | null> {
    const [row] = await this.prisma.$queryRaw<InstructionsRow[]>`
      WITH place AS (
        SELECT m.id, m.instructions_id AS told_id, f.id AS folder_id, f.instructions_id, f.instructions_encrypted
        FROM messages m JOIN conversations v ON v.id = m.conversation_id
          LEFT JOIN folders f ON f.id = v.folder_id AND f.user_id = v.user_id AND f.instructions_id IS NOT NULL
        WHERE m.id = ${answerId}::uuid AND v.user_id = ${userId}::uuid),
      remembered AS (
        UPDATE messages m SET instructions_id = place.instructions_id FROM place
        WHERE m.id = place.id AND ${isNewSession} AND place.instructions_id IS NOT NULL AND m.instructions_id IS DISTINCT FROM place.instructions_id)
      SELECT told_id IS NOT NULL OR (${isNewSession} AND instructions_id IS NOT NULL) AS "isTold", folder_id AS "folderId",
        instructions_encrypted AS "instructionsEncrypted" FROM place`;
    if (row === undefined) {
      return null;
    }
    const { isTold, folderId, instructionsEncrypted } = row;
    return { isTold, folder: folderId === null || instructionsEncrypted === null ? null : { id: folderId, instructionsEncrypted } };
  }

  /** The agent never got them: the next turn tells them. */
  async takeBack({ answerId }: InstructedTurn): Promise<void> {
    await this.prisma.$executeRaw`UPDATE messages SET instructions_id = NULL WHERE id = ${answerId}::uuid`;
  }
}
