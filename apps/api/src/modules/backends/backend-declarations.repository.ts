import { declaredBackend, type DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { sendAll } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { markForRestart } from "./backends.repository.js";
import { declaredColumns } from "./backends.types.js";

/** Of one kind: what was before is forgotten. */
const keptVersions = 50;

export interface StoredDeclaration {
  readonly declaration: DeclaredBackend;
  readonly version: number;
}

export interface FormerDeclaration extends StoredDeclaration {
  readonly createdAt: Date;
  readonly createdBy: string | null;
}

export type SaveOutcome = "saved" | "conflict" | "taken" | "gone";

/** The kinds of agents that admins declare. */
@Injectable()
export class BackendDeclarationsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** By id. One that this release can't read is left out: another release wrote it. */
  async all(): Promise<StoredDeclaration[]> {
    const rows = await this.prisma.backend.findMany({
      where: { declarationVersion: { gt: 0 } },
      orderBy: { id: "asc" },
      select: { declaration: true, declarationVersion: true },
    });
    return rows.flatMap(({ declaration, declarationVersion: version }) => {
      const read = declaredBackend.safeParse(declaration);
      return read.success ? [{ declaration: read.data, version }] : [];
    });
  }

  async history(id: string): Promise<FormerDeclaration[]> {
    const rows = await this.prisma.backendDeclaration.findMany({
      where: { backendId: id },
      orderBy: { version: "desc" },
      select: { declaration: true, version: true, createdAt: true, author: { select: { displayName: true } } },
    });
    return rows.flatMap(({ declaration, version, createdAt, author }) => {
      const read = declaredBackend.safeParse(declaration);
      return read.success ? [{ declaration: read.data, version, createdAt, createdBy: author?.displayName ?? null }] : [];
    });
  }

  /**
   * `from`: the version that it takes the place of; 0: there is none yet. Agents that run are restarted when they answer nobody. `taken`: the id is
   * another kind's; `conflict`: somebody else changed it meanwhile.
   */
  async save(declaration: DeclaredBackend, from: number, authorId: string | null): Promise<SaveOutcome> {
    const { id } = declaration;
    const json = declaration as unknown as Prisma.InputJsonObject;
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`backend ${id}`}))`;
      const row = await transaction.backend.findUnique({ where: { id }, select: { declarationVersion: true } });
      if (row === null && from > 0) {
        return "gone";
      }
      if (row !== null && row.declarationVersion !== from) {
        return from === 0 ? "taken" : "conflict";
      }
      if (row !== null && from === 0) {
        return "taken";
      }
      const version = from + 1;
      const columns = { ...declaredColumns(declaration), declaration: json, declarationVersion: version };
      await transaction.backend.upsert({ where: { id }, create: { id, ...columns }, update: columns });
      await transaction.backendDeclaration.create({ data: { backendId: id, version, declaration: json, createdBy: authorId } });
      await transaction.backendDeclaration.deleteMany({ where: { backendId: id, version: { lte: version - keptVersions } } });
      await recordAudit(transaction, {
        action: "backend.declare",
        target: { type: "backend", id, name: declaration.label },
        details: { image: declaration.image },
      });
      await markForRestart(transaction, id);
      await tellChange(transaction);
      return "saved";
    });
  }

  /** `used`: agents are of it. */
  async remove(id: string): Promise<"removed" | "used" | "gone"> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM backends WHERE id = ${id} FOR UPDATE`;
      const row = await transaction.backend.findUnique({ where: { id }, select: { label: true, declarationVersion: true } });
      if (row === null || row.declarationVersion === 0) {
        return "gone";
      }
      if ((await transaction.agent.findFirst({ where: { backendId: id }, select: { id: true } })) !== null) {
        return "used";
      }
      await transaction.modelAssignment.deleteMany({ where: { backend: id } });
      await transaction.backend.delete({ where: { id } });
      await recordAudit(transaction, { action: "backend.delete", target: { type: "backend", id, name: row.label } });
      await tellChange(transaction);
      return "removed";
    });
  }
}

/** Every process takes over the kinds, and every agent's files are looked at again. */
async function tellChange(transaction: Prisma.TransactionClient): Promise<void> {
  await sendAll(transaction, [
    { channel: "mosaic_backends", payload: "" },
    { channel: "mosaic_agent_config", payload: { ownerId: null } },
  ]);
}
