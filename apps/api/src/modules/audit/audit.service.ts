import type { AuditPage, AuditQuery } from "@mosaic/contracts/audit";
import { Injectable } from "@nestjs/common";
import { Cron, CronExpression } from "@nestjs/schedule";
import { csvHead, csvRow, jsonRow } from "./audit-export.js";
import { AuditRepository, type AuditFilter } from "./audit.repository.js";

/** The database refuses to remove younger rows: `audit_events_append_only`. */
const keptDays = 400;

@Injectable()
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  async page({ page, pageSize, ...filter }: AuditQuery): Promise<AuditPage> {
    return this.repository.page(filter, page, pageSize);
  }

  /** The whole of what fits, piece by piece. */
  async *export(filter: AuditFilter, format: "csv" | "jsonl"): AsyncGenerator<string> {
    if (format === "csv") {
      yield csvHead;
    }
    for await (const events of this.repository.all(filter)) {
      yield events.map(format === "csv" ? csvRow : jsonRow).join("");
    }
  }

  @Cron(CronExpression.EVERY_DAY_AT_3AM)
  async removeOld(): Promise<void> {
    await this.repository.removeOlderThan(keptDays);
  }
}
