import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

@Injectable()
export class OwnerEventsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async notify(channel: string, payload: string): Promise<void> {
    await this.prisma.$executeRaw`SELECT pg_notify(${channel}, ${payload})`;
  }
}
