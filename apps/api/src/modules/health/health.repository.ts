import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

@Injectable()
export class HealthRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Rejects when the database does not answer. */
  async ping(): Promise<void> {
    await this.prisma.$queryRaw`SELECT 1`;
  }
}
