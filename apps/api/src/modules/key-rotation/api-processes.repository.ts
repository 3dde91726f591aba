import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

@Injectable()
export class ApiProcessesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** By the database's clock: processes may be on machines whose clocks differ. */
  async see(id: string, keyPhase: string): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO api_processes (id, key_phase) VALUES (${id}::uuid, ${keyPhase})
      ON CONFLICT (id) DO UPDATE SET seen_at = now(), key_phase = excluded.key_phase`;
  }

  async forget(id: string): Promise<void> {
    await this.prisma.apiProcess.deleteMany({ where: { id } });
  }

  async forgetDead(): Promise<void> {
    await this.prisma.$executeRaw`DELETE FROM api_processes WHERE seen_at < now() - interval '1 hour'`;
  }
}
