import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { Statements } from "../../platform/database/statements.js";
import type { SettingGroup } from "../../platform/notices/channels.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit, type AuditEntry } from "../audit/audit-trail.js";
import type { StoredSetting } from "./setting-registry.js";

/** What becomes of a row; `null` removes it. */
export interface RowChange {
  readonly setting: StoredSetting | null;
  readonly audit: AuditEntry | null;
}

const shown = { value: true, isEncrypted: true } as const;

@Injectable()
export class SystemConfigRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(key: string): Promise<StoredSetting | null> {
    return this.prisma.systemConfig.findUnique({ where: { key }, select: shown });
  }

  async all(keys: readonly string[]): Promise<(StoredSetting & { readonly key: string })[]> {
    return this.prisma.systemConfig.findMany({
      where: { key: { in: [...keys] } },
      select: { key: true, ...shown },
      orderBy: { key: "asc" },
    });
  }

  /** Stores `setting` unless there is one already, and tells the one that stands: the first of several processes wins. */
  async setIfAbsent(
    key: string,
    setting: StoredSetting,
    { group, audit }: { readonly group: SettingGroup | null; readonly audit: AuditEntry | null },
  ): Promise<StoredSetting> {
    await this.prisma.$transaction(async (transaction) => {
      const { count } = await transaction.systemConfig.createMany({ data: [{ key, ...setting }], skipDuplicates: true });
      if (count > 0) {
        await announce(transaction, group, audit);
      }
    });
    return (await this.find(key)) ?? setting;
  }

  /**
   * `next` decides on what stands, under a lock that orders all changes of this key across processes; `null`: nothing is to be done, nor told,
   * nor audited.
   */
  async change(key: string, group: SettingGroup | null, next: (stored: StoredSetting | null) => RowChange | null): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`system_config:${key}`}, 0))`;
      const change = next(await transaction.systemConfig.findUnique({ where: { key }, select: shown }));
      if (change === null) {
        return;
      }
      const { setting, audit } = change;
      await putRow(transaction, key, setting);
      await announce(transaction, group, audit);
    });
  }
}

/** `null` removes the row. */
export async function putRow(transaction: Statements, key: string, setting: StoredSetting | null): Promise<void> {
  await transaction.$executeRaw(
    setting === null
      ? Prisma.sql`DELETE FROM system_config WHERE key = ${key}`
      : Prisma.sql`
          INSERT INTO system_config (key, value, is_encrypted) VALUES (${key}, ${setting.value}, ${setting.isEncrypted})
          ON CONFLICT (key) DO UPDATE SET value = excluded.value, is_encrypted = excluded.is_encrypted, updated_at = now()`,
  );
}

/** Postgres tells it when the transaction commits, so nobody looks too early. */
export async function announce(transaction: Statements, group: SettingGroup | null, audit: AuditEntry | null): Promise<void> {
  if (audit !== null) {
    await recordAudit(transaction, audit);
  }
  if (group !== null) {
    await send(transaction, { channel: "mosaic_settings", payload: group });
  }
}
