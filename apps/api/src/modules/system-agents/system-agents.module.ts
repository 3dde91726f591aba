import { Module } from "@nestjs/common";
import { AgentsModule } from "../agents/agents.module.js";
import { ContainersModule } from "../containers/containers.module.js";
import { SystemAgentRunsService } from "./system-agent-runs.service.js";
import { SystemAgentsController } from "./system-agents.controller.js";
import { SystemAgentsService } from "./system-agents.service.js";

@Module({
  imports: [AgentsModule, ContainersModule],
  controllers: [SystemAgentsController],
  providers: [SystemAgentsService, SystemAgentRunsService],
})
export class SystemAgentsModule {}
