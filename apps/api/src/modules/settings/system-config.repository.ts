import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { SettingGroup } from "../../platform/notices/channels.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit, type AuditEntry } from "../audit/audit-trail.js";

export interface StoredSetting {
  readonly value: string;
  readonly isEncrypted: boolean;
}

@Injectable()
export class SystemConfigRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(key: string): Promise<StoredSetting | null> {
    return this.prisma.systemConfig.findUnique({ where: { key }, select: { value: true, isEncrypted: true } });
  }

  /** Idempotent: what stands already is neither written nor audited again. */
  async set(key: string, setting: StoredSetting, audit: AuditEntry): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`system_config:${key}`}, 0))`;
      if ((await transaction.systemConfig.count({ where: { key, ...setting } })) > 0) {
        return;
      }
      await transaction.systemConfig.upsert({ where: { key }, create: { key, ...setting }, update: setting });
      await recordAudit(transaction, audit);
    });
  }

  /** Stores `setting` unless there is one already, and tells the one that stands: the first of several processes wins. */
  async setIfAbsent(key: string, setting: StoredSetting, audit: AuditEntry | null = null): Promise<StoredSetting> {
    await this.prisma.$transaction(async (transaction) => {
      const { count } = await transaction.systemConfig.createMany({ data: [{ key, ...setting }], skipDuplicates: true });
      if (count > 0 && audit !== null) {
        await recordAudit(transaction, audit);
      }
    });
    return (await this.find(key)) ?? setting;
  }

  async change(key: string, setting: StoredSetting, { group, audit }: { group: SettingGroup; audit: AuditEntry }): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await transaction.systemConfig.upsert({ where: { key }, create: { key, ...setting }, update: setting });
      await announce(transaction, group, audit);
    });
  }

  /** `next` decides on what stands, under a lock that orders all changes of this key across processes. */
  async changeLocked(
    key: string,
    group: SettingGroup,
    next: (stored: StoredSetting | null) => { setting: StoredSetting | null; audit: AuditEntry },
  ): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`system_config:${key}`}, 0))`;
      const stored = await transaction.systemConfig.findUnique({ where: { key }, select: { value: true, isEncrypted: true } });
      const { setting, audit } = next(stored);
      await (setting === null
        ? transaction.systemConfig.deleteMany({ where: { key } })
        : transaction.systemConfig.upsert({ where: { key }, create: { key, ...setting }, update: setting }));
      await announce(transaction, group, audit);
    });
  }
}

/** Postgres tells it when the transaction commits, so nobody looks too early. */
async function announce(transaction: Prisma.TransactionClient, group: SettingGroup, audit: AuditEntry): Promise<void> {
  await recordAudit(transaction, audit);
  await send(transaction, { channel: "mosaic_settings", payload: group });
}
