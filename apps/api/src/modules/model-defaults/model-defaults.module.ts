import { Module } from "@nestjs/common";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { ModelDefaultsController } from "./model-defaults.controller.js";
import { ModelDefaultsRepository } from "./model-defaults.repository.js";
import { ModelDefaultsService } from "./model-defaults.service.js";
import { SharingController } from "./sharing.controller.js";
import { SharingRepository } from "./sharing.repository.js";
import { SharingService } from "./sharing.service.js";

@Module({
  imports: [LlmProvidersModule],
  controllers: [ModelDefaultsController, SharingController],
  providers: [ModelDefaultsService, ModelDefaultsRepository, SharingService, SharingRepository],
  exports: [ModelDefaultsService, SharingService],
})
export class ModelDefaultsModule {}
