import type { CreateSystemAgent } from "@mosaic/contracts/admin-containers";
import type { Agent, UpdateAgent } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { AgentsService } from "../agents/agents.service.js";
import { AgentDeletionService } from "../containers/stop/agent-deletion.service.js";

/** Always on: no idle time stops it. */
const idleTimeoutSeconds = 0;

/** Agents that belong to nobody: made by admins, run on keys that an admin shares or gives to them, kept running. Each method throws `not_found` for a member's agent. */
@Injectable()
export class SystemAgentsService {
  constructor(
    private readonly agents: AgentsService,
    private readonly deletion: AgentDeletionService,
  ) {}

  async list(): Promise<Agent[]> {
    return this.agents.list(null);
  }

  async create(adminId: string, input: CreateSystemAgent): Promise<Agent> {
    return this.agents.create({ owner: null, userId: adminId }, { ...input, idleTimeoutSeconds });
  }

  async get(id: string): Promise<Agent> {
    return this.agents.get(null, id);
  }

  async update(adminId: string, id: string, { idleTimeoutSeconds: _always, ...update }: UpdateAgent): Promise<Agent> {
    return this.agents.update({ owner: null, userId: adminId }, id, update);
  }

  async remove(id: string): Promise<void> {
    await this.agents.assertOwner(null, id);
    await this.deletion.delete(id);
  }
}
