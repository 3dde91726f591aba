import {
  agentLogs,
  createSystemAgent,
  logsQuery,
  type AgentLogs,
  type CreateSystemAgent,
  type LogsQuery,
} from "@mosaic/contracts/admin-containers";
import { agent, agentList, updateAgent, type Agent, type AgentList, type UpdateAgent } from "@mosaic/contracts/agent";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { SystemAgentRunsService } from "./system-agent-runs.service.js";
import { SystemAgentsService } from "./system-agents.service.js";

@Controller("api/admin/system-agents")
@AdminOnly()
export class SystemAgentsController {
  constructor(
    private readonly systemAgents: SystemAgentsService,
    private readonly runs: SystemAgentRunsService,
  ) {}

  @Get()
  @ApiAnswer(200, agentList)
  async list(): Promise<AgentList> {
    return { agents: await this.systemAgents.list() };
  }

  /** It starts by itself within seconds. */
  @Post()
  @ApiAnswer(201, agent)
  @BodyLimit(132 * 1024)
  async create(@CurrentUser() user: SessionUser, @Body({ schema: createSystemAgent }) body: CreateSystemAgent): Promise<Agent> {
    return this.systemAgents.create(user.id, body);
  }

  @Get(":id")
  @ApiAnswer(200, agent)
  async get(@PathId() id: string): Promise<Agent> {
    return this.systemAgents.get(id);
  }

  @Patch(":id")
  @ApiAnswer(200, agent)
  @BodyLimit(132 * 1024)
  async update(@CurrentUser() user: SessionUser, @PathId() id: string, @Body({ schema: updateAgent }) body: UpdateAgent): Promise<Agent> {
    return this.systemAgents.update(user.id, id, body);
  }

  /** With its memory and all conversations with it, for good. */
  @Delete(":id")
  @HttpCode(204)
  async remove(@PathId() id: string): Promise<void> {
    await this.systemAgents.remove(id);
  }

  @Post(":id/start")
  @HttpCode(202)
  @ApiAnswer(202, agent)
  async start(@PathId() id: string): Promise<Agent> {
    return this.runs.start(id);
  }

  /** It stays stopped until it is started again. */
  @Post(":id/stop")
  @HttpCode(202)
  @ApiAnswer(202, agent)
  async stop(@PathId() id: string): Promise<Agent> {
    return this.runs.stop(id);
  }

  @Post(":id/restart")
  @HttpCode(202)
  @ApiAnswer(202, agent)
  async restart(@PathId() id: string): Promise<Agent> {
    return this.runs.restart(id);
  }

  @Get(":id/logs")
  @ApiAnswer(200, agentLogs)
  async logs(@PathId() id: string, @Query({ schema: logsQuery }) { lines }: LogsQuery): Promise<AgentLogs> {
    return this.runs.logs(id, lines);
  }
}
