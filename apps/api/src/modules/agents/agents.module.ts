import { Module } from "@nestjs/common";
import { BackendsModule } from "../backends/backends.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { AgentsController } from "./agents.controller.js";
import { AgentsRepository } from "./agents.repository.js";
import { AgentsService } from "./agents.service.js";

@Module({
  imports: [BackendsModule, LlmProvidersModule],
  controllers: [AgentsController],
  providers: [AgentsService, AgentsRepository],
  exports: [AgentsService],
})
export class AgentsModule {}
