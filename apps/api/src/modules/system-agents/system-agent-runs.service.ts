import type { AgentLogs } from "@mosaic/contracts/admin-containers";
import type { Agent } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { AgentsService } from "../agents/agents.service.js";
import { AgentKeeperService } from "../containers/reconcile/agent-keeper.service.js";
import { AgentLogsService } from "../containers/views/agent-logs.service.js";
import { AgentRestartService } from "../containers/stop/agent-restart.service.js";
import { AgentStartService } from "../containers/start/agent-start.service.js";
import { AgentStopService } from "../containers/stop/agent-stop.service.js";

/** The running sides of system agents. Each method throws `not_found` for a member's agent. */
@Injectable()
export class SystemAgentRunsService {
  constructor(
    private readonly agents: AgentsService,
    private readonly keeper: AgentKeeperService,
    private readonly starts: AgentStartService,
    private readonly stops: AgentStopService,
    private readonly restarts: AgentRestartService,
    private readonly output: AgentLogsService,
  ) {}

  async start(id: string): Promise<Agent> {
    await this.agents.assertOwner(null, id);
    await this.keeper.want(id, true);
    await this.starts.requestStart(id);
    return this.agents.get(null, id);
  }

  async stop(id: string): Promise<Agent> {
    await this.agents.assertOwner(null, id);
    await this.keeper.want(id, false);
    await this.stops.requestStop(id);
    return this.agents.get(null, id);
  }

  async restart(id: string): Promise<Agent> {
    await this.agents.assertOwner(null, id);
    await this.keeper.want(id, true);
    await this.restarts.requestRestart(id);
    return this.agents.get(null, id);
  }

  async logs(id: string, lines: number): Promise<AgentLogs> {
    await this.agents.assertOwner(null, id);
    return this.output.recent(id, lines);
  }
}
