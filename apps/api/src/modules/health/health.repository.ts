import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

@Injectable()
export class HealthRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Rejects when the database does not answer. */
  async ping(): Promise<void> {
    await this.prisma.$queryRaw`SELECT 1`;
  }

  /** Milliseconds since 1970, by the database's clock. */
  async clockMs(): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ ms: number }[]>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`;
    return row?.ms ?? 0;
  }
}
