import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { auditExportQuery, auditPage, auditQuery, type AuditExportQuery, type AuditPage, type AuditQuery } from "@mosaic/contracts/audit";
import { Controller, Get, Query, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import type { Caller } from "../auth/auth.types.js";
import { CurrentCaller } from "../auth/current-user.decorator.js";
import { LiveCallersService } from "../auth/live-callers.service.js";
import { AuditService } from "./audit.service.js";

const types = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl; charset=utf-8" } as const;

@Controller("api/admin/audit")
@AdminOnly()
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly callers: LiveCallersService,
  ) {}

  @Get()
  @ApiAnswer(200, auditPage)
  async page(@Query({ schema: auditQuery }) query: AuditQuery): Promise<AuditPage> {
    return this.audit.page(query);
  }

  /** Streamed: a slow reader slows the reading down, and nothing is held in memory. */
  @Get("export")
  @ApiOkResponse({ description: "All rows that fit, as CSV (RFC 4180) or JSON Lines" })
  async export(
    @CurrentCaller() caller: Caller,
    @Query({ schema: auditExportQuery }) { format, ...filter }: AuditExportQuery,
    @Res() response: Response,
  ): Promise<void> {
    response.setHeader("content-type", types[format]);
    response.setHeader("content-disposition", `attachment; filename="mosaic-audit.${format}"`);
    response.setHeader("cache-control", "no-store");
    // A reader that leaves, or may not read on, ends it; a database that goes away cuts it short, which the reader sees.
    const { ended, release } = this.callers.follow(caller);
    try {
      await pipeline(Readable.from(this.audit.export(filter, format)), response, { signal: ended });
    } catch {
      response.destroy();
    } finally {
      release();
    }
  }
}
