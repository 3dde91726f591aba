import { Injectable } from "@nestjs/common";
import { maxFolders } from "@mosaic/contracts/folders";
import { inBatches } from "../../platform/database/in-batches.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { FolderChange, StoredFolder } from "./folders.types.js";

const folderFields = { id: true, nameEncrypted: true, instructionsEncrypted: true, createdAt: true } as const;

export interface NewFolder extends StoredFolder {
  readonly userId: string;
  readonly instructionsId: string | null;
}

@Injectable()
export class FoldersRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The oldest first. */
  async list(userId: string): Promise<StoredFolder[]> {
    return this.prisma.folder.findMany({ where: { userId }, select: folderFields, orderBy: { id: "asc" }, take: maxFolders });
  }

  /** False if the user has as many as there may be. Those of one person are made one after the other. */
  async create(folder: NewFolder): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${folder.userId}::uuid FOR NO KEY UPDATE`;
      if ((await tx.folder.count({ where: { userId: folder.userId } })) >= maxFolders) {
        return false;
      }
      await tx.folder.create({ data: folder });
      await recordAudit(tx, { action: "folder.create", target: { type: "folder", id: folder.id } });
      return true;
    });
  }

  /** `null` if the user has no such folder. */
  async update(userId: string, id: string, { nameEncrypted, instructions }: FolderChange): Promise<StoredFolder | null> {
    return this.prisma.$transaction(async (tx) => {
      const [changed] = await tx.folder.updateManyAndReturn({
        where: { id, userId },
        data: {
          ...(nameEncrypted === undefined ? {} : { nameEncrypted }),
          ...(instructions === undefined ? {} : { instructionsEncrypted: instructions.encrypted, instructionsId: instructions.id }),
        },
        select: folderFields,
      });
      if (changed === undefined) {
        return null;
      }
      const details = { hasNewName: nameEncrypted !== undefined, hasNewInstructions: instructions !== undefined };
      await recordAudit(tx, { action: "folder.update", target: { type: "folder", id }, details });
      return changed;
    });
  }

  /** Its conversations stay, in no folder: they leave it before, a few thousand at a time. False if the user has no such folder. */
  async delete(userId: string, id: string): Promise<boolean> {
    await inBatches(
      async (limit) => this.prisma.$executeRaw`
        UPDATE conversations SET folder_id = NULL WHERE id IN (
          SELECT v.id FROM conversations v JOIN folders f ON f.id = v.folder_id
          WHERE f.id = ${id}::uuid AND f.user_id = ${userId}::uuid LIMIT ${limit})`,
    );
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.folder.deleteMany({ where: { id, userId } });
      if (count === 0) {
        return false;
      }
      await recordAudit(tx, { action: "folder.delete", target: { type: "folder", id } });
      return true;
    });
  }
}
