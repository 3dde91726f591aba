import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { OpenAiAgentsRepository } from "./openai-agents.repository.js";
import type { ProgramAgent } from "./openai-turns.types.js";

/** As OpenAI's API lists a model, with what Mosaic adds. */
export interface ListedModel {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: "mosaic";
  readonly name: string;
  readonly mosaic: { readonly awake: boolean };
}

/** A person's agents, as the models that their programs choose among. */
@Injectable()
export class OpenAiModelsService {
  constructor(private readonly repository: OpenAiAgentsRepository) {}

  async list(userId: string): Promise<ListedModel[]> {
    const agents = await this.repository.list(userId);
    const byName = firstOfEach(agents).map((agent) => listed(agent.backend, agent));
    return [...agents.map((agent) => listed(modelIdOf(agent), agent)), ...byName];
  }

  /** Throws `model_not_found`. */
  async get(userId: string, id: string): Promise<ListedModel> {
    return listed(id, await this.agentOf(userId, id));
  }

  /** The agent that a model's id means: `backend/agent`, or a backend alone for the first agent of it. Throws `model_not_found`, also for another's agent. */
  async agentOf(userId: string, id: string): Promise<ProgramAgent> {
    const agents = await this.repository.list(userId);
    const found = agents.find((agent) => modelIdOf(agent) === id) ?? firstOfEach(agents).find(({ backend }) => backend === id);
    if (found === undefined) {
      throw new AppError("model_not_found", { detail: adviceFor(agents), errors: [{ path: "model", message: "No such model" }] });
    }
    return found;
  }
}

export function modelIdOf({ backend, id }: Pick<ProgramAgent, "backend" | "id">): string {
  return `${backend}/${id}`;
}

function firstOfEach(agents: readonly ProgramAgent[]): ProgramAgent[] {
  return agents.filter(({ backend }, at) => agents.findIndex((other) => other.backend === backend) === at);
}

function listed(id: string, agent: ProgramAgent): ListedModel {
  return {
    id,
    object: "model",
    created: Math.floor(agent.createdAt.getTime() / 1_000),
    owned_by: "mosaic",
    name: agent.name,
    mosaic: { awake: agent.isAwake },
  };
}

/** The same whether the id is nobody's or somebody else's. */
function adviceFor(agents: readonly ProgramAgent[]): string {
  return agents.length === 0
    ? "There is no such model: you have no agent yet. Open Mosaic and make one."
    : "There is no such model. GET /v1/models lists your agents.";
}
