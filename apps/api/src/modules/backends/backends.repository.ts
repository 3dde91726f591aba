import { backendId } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { Backend } from "./backends.types.js";

@Injectable()
export class BackendsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(id: string): Promise<Backend | null> {
    const row = await this.prisma.backend.findUnique({ where: { id } });
    if (row === null) {
      return null;
    }
    return { ...row, id: backendId.parse(row.id), memoryLimitBytes: Number(row.memoryLimitBytes), nanoCpus: Number(row.nanoCpus) };
  }
}
