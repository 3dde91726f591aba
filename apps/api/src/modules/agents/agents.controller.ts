import {
  agent,
  agentList,
  createAgent,
  firstAgent,
  updateAgent,
  type Agent,
  type AgentList,
  type CreateAgent,
  type FirstAgent,
  type UpdateAgent,
} from "@mosaic/contracts/agent";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Get, HttpCode, Patch, Post } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { AgentsService } from "./agents.service.js";

@Controller("api/agents")
@SignedIn("manage")
export class AgentsController {
  constructor(private readonly agents: AgentsService) {}

  @Get()
  @SignedIn("read", "chat", "manage")
  @ApiAnswer(200, agentList)
  async list(@CurrentUser() user: SessionUser): Promise<AgentList> {
    return { agents: await this.agents.list(user.id) };
  }

  @Post()
  @ApiAnswer(201, agent)
  @BodyLimit(132 * 1024)
  async create(@CurrentUser() user: SessionUser, @Body({ schema: createAgent }) body: CreateAgent): Promise<Agent> {
    return this.agents.create({ owner: user.id, userId: user.id }, body);
  }

  /** What the chat calls when somebody enters it who has no agent. Idempotent. */
  @Post("first")
  @HttpCode(200)
  @ApiAnswer(200, firstAgent)
  async first(@CurrentUser() user: SessionUser): Promise<FirstAgent> {
    return this.agents.first(user.id);
  }

  @Get(":id")
  @SignedIn("read", "chat", "manage")
  @ApiAnswer(200, agent)
  async get(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<Agent> {
    return this.agents.get(user.id, id);
  }

  @Patch(":id")
  @ApiAnswer(200, agent)
  @BodyLimit(132 * 1024)
  async update(@CurrentUser() user: SessionUser, @PathId() id: string, @Body({ schema: updateAgent }) body: UpdateAgent): Promise<Agent> {
    return this.agents.update({ owner: user.id, userId: user.id }, id, body);
  }
}
