import {
  containerList,
  containerListQuery,
  containerView,
  type ContainerList,
  type ContainerListQuery,
  type ContainerView,
} from "@mosaic/contracts/admin-containers";
import { Controller, Get, HttpCode, Post, Query } from "@nestjs/common";
import { AdminOnly } from "../../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { PathId } from "../../../platform/http/path-id.decorator.js";
import { ContainerViewsService } from "./container-views.service.js";

/** What runs, for admins: whose it is and since when, never what is in it. */
@Controller("api/admin/containers")
@AdminOnly()
export class AdminContainersController {
  constructor(private readonly views: ContainerViewsService) {}

  @Get()
  @ApiAnswer(200, containerList)
  async list(@Query({ schema: containerListQuery }) query: ContainerListQuery): Promise<ContainerList> {
    return this.views.list(query);
  }

  /** An answer in flight breaks off. */
  @Post(":agentId/stop")
  @HttpCode(202)
  @ApiAnswer(202, containerView)
  async stop(@PathId("agentId") agentId: string): Promise<ContainerView> {
    return this.views.stop(agentId);
  }
}
