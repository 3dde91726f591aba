import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isProcessAliveSql } from "../../platform/api-process/process-lock.js";
import { PrismaService } from "../../platform/database/prisma.service.js";

/**
 * How far each process has followed a rotation. Whether it lives is told by its lock, which `seen_at` at infinity stands for; the release before
 * wrote the time there, every 5 s.
 */
@Injectable()
export class ApiProcessesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async tell(id: string, keyPhase: string): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO api_processes (id, key_phase, seen_at) VALUES (${id}::uuid, ${keyPhase}, 'infinity')
      ON CONFLICT (id) DO UPDATE SET key_phase = excluded.key_phase`;
  }

  async findDead(): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT p.id FROM api_processes p
      WHERE CASE WHEN p.seen_at = 'infinity' THEN NOT ${Prisma.raw(isProcessAliveSql("p.id"))} ELSE p.seen_at < now() - interval '1 hour' END`;
    return rows.map(({ id }) => id);
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.prisma.apiProcess.deleteMany({ where: { id: { in: [...ids] } } });
  }
}
