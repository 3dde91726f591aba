import type { AuditPage, AuditQuery } from "@mosaic/contracts/audit";
import { Injectable } from "@nestjs/common";
import { Periodic } from "../../platform/periodic/periodic.js";
import { csvHead, csvRow, jsonRow } from "./audit-export.js";
import { AuditRepository, type AuditFilter } from "./audit.repository.js";

/** The database refuses to remove younger rows: `audit_events_append_only`. */
const keptDays = 400;
const removeEveryMs = 3_600_000;

@Injectable()
export class AuditService {
  constructor(
    private readonly repository: AuditRepository,
    periodic: Periodic,
  ) {
    periodic.every(removeEveryMs, { what: "removing old rows of the audit", run: async () => this.repository.removeOlderThan(keptDays) });
  }

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
}
