import { liveness } from "@mosaic/contracts/health";
import { Controller, Get } from "@nestjs/common";
import { Public } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";

@Controller("api/health")
export class HealthController {
  @Get()
  @Public()
  @ApiAnswer(200, liveness)
  live(): { status: "ok" } {
    return { status: "ok" };
  }
}
