import {
  agentDeletionSummary,
  agentLogs,
  logsQuery,
  type AgentDeletionSummary,
  type AgentLogs,
  type LogsQuery,
} from "@mosaic/contracts/admin-containers";
import { agent, type Agent } from "@mosaic/contracts/agent";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Controller, Delete, Get, HttpCode, Post, Query } from "@nestjs/common";
import { SignedIn } from "../../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { PathId } from "../../../platform/http/path-id.decorator.js";
import { AgentsService } from "../../agents/agents.service.js";
import { CurrentUser } from "../../auth/current-user.decorator.js";
import { AgentDeletionService } from "../stop/agent-deletion.service.js";
import { AgentLogsService } from "./agent-logs.service.js";
import { AgentRestartService } from "../stop/agent-restart.service.js";
import { AgentStartService } from "../start/agent-start.service.js";
import { AgentStopService } from "../stop/agent-stop.service.js";

@Controller("api/agents")
export class AgentContainersController {
  constructor(
    private readonly agents: AgentsService,
    private readonly starts: AgentStartService,
    private readonly stops: AgentStopService,
    private readonly restarts: AgentRestartService,
    private readonly deletion: AgentDeletionService,
    private readonly output: AgentLogsService,
  ) {}

  /** Answers as soon as the start is under way; how it goes on is told on `GET /api/events`. */
  @Post(":id/start")
  @SignedIn("manage")
  @HttpCode(202)
  @ApiAnswer(202, agent)
  async start(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<Agent> {
    await this.agents.assertOwner(user.id, id);
    await this.starts.requestStart(id);
    return this.agents.get(user.id, id);
  }

  /** A turn in flight breaks off: this is its owner's will. */
  @Post(":id/stop")
  @SignedIn("manage")
  @HttpCode(202)
  @ApiAnswer(202, agent)
  async stop(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<Agent> {
    await this.agents.assertOwner(user.id, id);
    await this.stops.requestStop(id);
    return this.agents.get(user.id, id);
  }

  /** A turn in flight breaks off. */
  @Post(":id/restart")
  @SignedIn("manage")
  @HttpCode(202)
  @ApiAnswer(202, agent)
  async restart(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<Agent> {
    await this.agents.assertOwner(user.id, id);
    await this.restarts.requestRestart(id);
    return this.agents.get(user.id, id);
  }

  @Get(":id/logs")
  @SignedIn("read", "manage")
  @ApiAnswer(200, agentLogs)
  async logs(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Query({ schema: logsQuery }) { lines }: LogsQuery,
  ): Promise<AgentLogs> {
    await this.agents.assertOwner(user.id, id);
    return this.output.recent(id, lines);
  }

  @Get(":id/deletion-summary")
  @SignedIn("read", "manage")
  @ApiAnswer(200, agentDeletionSummary)
  async deletionSummary(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<AgentDeletionSummary> {
    await this.agents.assertOwner(user.id, id);
    return this.deletion.contentsOf(id);
  }

  /** With its memory and its conversations, for good. */
  @Delete(":id")
  @SignedIn("manage")
  @HttpCode(204)
  async delete(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.agents.assertOwner(user.id, id);
    await this.deletion.delete(id);
  }
}
