import { currentRuntime, type CurrentRuntime } from "@mosaic/contracts/onboarding";
import { Controller, Get } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";

@Controller("api/runtime")
export class RuntimeController {
  constructor(private readonly runtimeHost: RuntimeHostService) {}

  /** What runs agents here, and whether it walls them off. */
  @Get()
  @SignedIn("read")
  @ApiAnswer(200, currentRuntime)
  async current(): Promise<CurrentRuntime> {
    const { kind, isIsolated, check } = await this.runtimeHost.check();
    if (kind === null) {
      throw new AppError("runtime_unavailable", { detail: "No runtime is chosen yet: finish setting up Mosaic." });
    }
    return { kind, isIsolated, detail: check.detail };
  }
}
