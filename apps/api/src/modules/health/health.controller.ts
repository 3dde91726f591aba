import { healthReport, liveness, type HealthReport } from "@mosaic/contracts/health";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Controller, Get } from "@nestjs/common";
import { AdminOnly, Public } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { HealthReportService } from "./health-report.service.js";

@Controller("api/health")
export class HealthController {
  constructor(private readonly reports: HealthReportService) {}

  @Get()
  @Public()
  @ApiAnswer(200, liveness)
  live(): { status: "ok" } {
    return { status: "ok" };
  }

  @Get("report")
  @AdminOnly()
  @ApiAnswer(200, healthReport)
  async report(@CurrentUser() user: SessionUser): Promise<HealthReport> {
    return this.reports.report(user.id);
  }
}
