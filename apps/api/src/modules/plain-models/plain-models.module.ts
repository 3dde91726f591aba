import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { PlainModelsService } from "./plain-models.service.js";

@Module({
  imports: [AgentConfigModule, LlmProvidersModule],
  providers: [PlainModelsService],
  exports: [PlainModelsService],
})
export class PlainModelsModule {}
