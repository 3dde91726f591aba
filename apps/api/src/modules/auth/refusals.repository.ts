import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";

@Injectable()
export class RefusalsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async record(route: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) =>
      recordAudit(transaction, { action: "access.refuse", outcome: "refused", target: { type: "route", id: null, name: route } }),
    );
  }
}
