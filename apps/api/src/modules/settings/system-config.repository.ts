import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

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

  async set(key: string, setting: StoredSetting): Promise<void> {
    await this.prisma.systemConfig.upsert({ where: { key }, create: { key, ...setting }, update: setting });
  }

  /** Stores `setting` unless there is one already, and tells the one that stands: the first of several processes wins. */
  async setIfAbsent(key: string, setting: StoredSetting): Promise<StoredSetting> {
    await this.prisma.systemConfig.createMany({ data: [{ key, ...setting }], skipDuplicates: true });
    return (await this.find(key)) ?? setting;
  }
}
