import { randomUUIDv7 } from "node:crypto";
import type { Agent, CreateAgent, UpdateAgent } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { AgentsRepository } from "./agents.repository.js";
import { toAgent, type StoredAgent } from "./agents.types.js";
import { applyUpdate, faultsOfModels, valuesOf, type AgentValues, type OfferedModels } from "./agent-change.js";

const maxAgentsPerUser = 20;

/** A user's agents: what they are and which models they use. Their running side belongs to the container's lifecycle. */
@Injectable()
export class AgentsService {
  constructor(private readonly repository: AgentsRepository) {}

  async list(userId: string): Promise<Agent[]> {
    return (await this.repository.list(userId)).map(toAgent);
  }

  async get(userId: string, id: string): Promise<Agent> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return toAgent(stored);
  }

  /** Whether anybody has an agent that could answer. */
  async existsWithModel(): Promise<boolean> {
    return (await this.repository.countWithModel()) > 0;
  }

  async create(userId: string, input: CreateAgent): Promise<Agent> {
    const created = await this.insert(userId, randomUUIDv7(), input, "");
    if (created === null) {
      throw new AppError("conflict");
    }
    return toAgent(created);
  }

  /** Makes the agent with this id, or takes `input` in place of it: doing it twice, or twice at once, leaves one. `faultPrefix` goes before fields' paths. */
  async put(userId: string, id: string, input: CreateAgent, faultPrefix: string): Promise<Agent> {
    const values = valuesOf(input);
    const replace = async (): Promise<StoredAgent | null> =>
      this.repository.change(userId, id, (_before, offered) => {
        assertModels(values, offered, faultPrefix);
        return values;
      });
    const stored = (await replace()) ?? (await this.insert(userId, id, input, faultPrefix)) ?? (await replace());
    if (stored === null) {
      throw new AppError("conflict");
    }
    return toAgent(stored);
  }

  async update(userId: string, id: string, update: UpdateAgent): Promise<Agent> {
    const stored = await this.repository.change(userId, id, (before, offered) => {
      const values = applyUpdate(before, update);
      if (update.model !== undefined || update.fallbacks !== undefined) {
        assertModels(values, offered, "");
      }
      return values;
    });
    if (stored === null) {
      throw new AppError("not_found");
    }
    return toAgent(stored);
  }

  /** `null`: the id is taken. */
  private async insert(userId: string, id: string, input: CreateAgent, faultPrefix: string): Promise<StoredAgent | null> {
    const values = valuesOf(input);
    const created = await this.repository.create(userId, { id, backend: input.backend, values }, maxAgentsPerUser, (offered) =>
      assertModels(values, offered, faultPrefix),
    );
    if (created === "full") {
      throw new AppError("conflict", { detail: `There can be ${maxAgentsPerUser} agents. Delete one first.` });
    }
    return created === "taken" ? null : created;
  }
}

function assertModels(values: AgentValues, offered: readonly OfferedModels[], faultPrefix: string): void {
  const errors = faultsOfModels(values, offered).map((fault) => ({ ...fault, path: `${faultPrefix}${fault.path}` }));
  if (errors.length > 0) {
    throw new AppError("invalid_input", { detail: "Some fields are not valid.", errors });
  }
}
