import { saidAgentEvent, sayAgentEvent, type SaidAgentEvent, type SayAgentEvent } from "@mosaic/contracts/agent-event";
import { Body, Controller, Post } from "@nestjs/common";
import { ApiBearerAuth } from "@nestjs/swagger";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { ContainerOnly } from "../agent-config/container-token.guard.js";
import { AgentEventsService } from "./agent-events.service.js";

@Controller("api/internal/agents/:id/events")
@ContainerOnly()
@ApiBearerAuth()
export class AgentEventsController {
  constructor(private readonly events: AgentEventsService) {}

  /** Says something to the agent's owner without being asked. */
  @Post()
  @ApiAnswer(201, saidAgentEvent)
  @BodyLimit(26 * 1024)
  async say(@PathId() agentId: string, @Body({ schema: sayAgentEvent }) body: SayAgentEvent): Promise<SaidAgentEvent> {
    return this.events.say(agentId, body);
  }
}
