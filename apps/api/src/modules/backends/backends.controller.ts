import { backendChoices, type BackendChoices } from "@mosaic/contracts/admin-containers";
import { Controller, Get } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { CompressedAnswer } from "../../platform/http/compressed-answer.js";
import { BackendsService } from "./backends.service.js";

@Controller("api/backends")
export class BackendsController {
  constructor(private readonly backends: BackendsService) {}

  /** What a new agent can be made of. */
  @Get()
  @SignedIn("read", "manage")
  @CompressedAnswer()
  @ApiAnswer(200, backendChoices)
  async choices(): Promise<BackendChoices> {
    return this.backends.choices();
  }
}
