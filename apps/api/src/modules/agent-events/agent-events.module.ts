import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { AgentEventsController } from "./agent-events.controller.js";
import { AgentEventsRepository } from "./agent-events.repository.js";
import { AgentEventsService } from "./agent-events.service.js";

@Module({
  imports: [AgentConfigModule],
  controllers: [AgentEventsController],
  providers: [AgentEventsService, AgentEventsRepository],
})
export class AgentEventsModule {}
