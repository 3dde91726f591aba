import type { ContainerList, ContainerListQuery, ContainerView } from "@mosaic/contracts/admin-containers";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { AgentKeeperService } from "../reconcile/agent-keeper.service.js";
import { AgentStopService } from "../stop/agent-stop.service.js";
import { ContainerViewsRepository } from "./container-views.repository.js";

/** Everybody's containers, for admins. */
@Injectable()
export class ContainerViewsService {
  constructor(
    private readonly repository: ContainerViewsRepository,
    private readonly keeper: AgentKeeperService,
    private readonly stops: AgentStopService,
  ) {}

  async list(query: ContainerListQuery): Promise<ContainerList> {
    return this.repository.list(query);
  }

  /** An admin's stop of anybody's container: it starts again with its owner's next message. Throws `not_found`. */
  async stop(agentId: string): Promise<ContainerView> {
    await this.find(agentId);
    await this.keeper.want(agentId, false);
    await this.stops.requestStop(agentId);
    return this.find(agentId);
  }

  private async find(agentId: string): Promise<ContainerView> {
    const view = await this.repository.find(agentId);
    if (view === null) {
      throw new AppError("not_found");
    }
    return view;
  }
}
