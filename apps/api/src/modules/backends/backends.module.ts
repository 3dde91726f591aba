import { Module } from "@nestjs/common";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { BackendDeclarationsController } from "./backend-declarations.controller.js";
import { BackendDeclarationsRepository } from "./backend-declarations.repository.js";
import { BackendDeclarationsService } from "./backend-declarations.service.js";
import { BackendsController } from "./backends.controller.js";
import { BackendsRepository } from "./backends.repository.js";
import { BackendsService } from "./backends.service.js";

@Module({
  imports: [RuntimeHostModule],
  controllers: [BackendsController, BackendDeclarationsController],
  providers: [BackendsService, BackendsRepository, BackendDeclarationsService, BackendDeclarationsRepository],
  exports: [BackendsService],
})
export class BackendsModule {}
