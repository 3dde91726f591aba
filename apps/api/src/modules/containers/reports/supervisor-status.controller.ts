import {
  supervisorStatus,
  supervisorStatusAnswer,
  type SupervisorStatus,
  type SupervisorStatusAnswer,
} from "@mosaic/contracts/agent-config";
import { Body, Controller, HttpCode, Post } from "@nestjs/common";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { PathId } from "../../../platform/http/path-id.decorator.js";
import { ContainerOnly } from "../../agent-config/container-token.guard.js";
import { SupervisorReportsService } from "./supervisor-reports.service.js";

@Controller("api/internal/agent-config")
export class SupervisorStatusController {
  constructor(private readonly reports: SupervisorReportsService) {}

  /** What a container's supervisor says of its gateway, and which generation it has applied. */
  @Post(":id/status")
  @ContainerOnly()
  @HttpCode(200)
  @ApiAnswer(200, supervisorStatusAnswer)
  async report(@PathId() id: string, @Body({ schema: supervisorStatus }) status: SupervisorStatus): Promise<SupervisorStatusAnswer> {
    return this.reports.record(id, status);
  }
}
