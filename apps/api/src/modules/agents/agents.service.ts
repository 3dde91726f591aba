import { randomUUIDv7 } from "node:crypto";
import { createAgent, type Agent, type CreateAgent, type FirstAgent, type UpdateAgent } from "@mosaic/contracts/agent";
import { freeEmojiFor, friendlyNameFor } from "@mosaic/contracts/agent-look";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { invalidFields } from "../../platform/errors/invalid-fields.js";
import { BackendsService } from "../backends/backends.service.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import { AgentsRepository, type AgentAuthor, type AgentOwner } from "./agents.repository.js";
import { assignmentOf, toAgent, type StoredAgent } from "./agents.types.js";
import { faultsOfModels, type OfferedModels } from "../llm-providers/model-choice.js";
import { applyUpdate, hasEmoji, valuesOf, type AgentValues } from "./agent-change.js";

const maxAgentsPerUser = 20;

/** A user's agents, or the system's (`owner` null): what they are and which models they use. Their running side belongs to the container's lifecycle. */
@Injectable()
export class AgentsService {
  constructor(
    private readonly repository: AgentsRepository,
    private readonly resolution: ModelResolutionService,
    private readonly backends: BackendsService,
  ) {}

  async list(owner: AgentOwner): Promise<Agent[]> {
    const [stored, sources] = await Promise.all([this.repository.list(owner), this.resolution.sourcesOf(owner)]);
    return stored.map((agent) => toAgent(agent, this.resolution.effective(sources, assignmentOf(agent))));
  }

  async get(owner: AgentOwner, id: string): Promise<Agent> {
    const stored = await this.repository.find(owner, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return this.shown(stored);
  }

  /** Throws `not_found` for another's agent as for a missing one. */
  async assertOwner(owner: AgentOwner, id: string): Promise<void> {
    if (!(await this.repository.exists(owner, id))) {
      throw new AppError("not_found");
    }
  }

  /** Whether anybody has an agent that could answer. */
  async existsWithModel(): Promise<boolean> {
    return this.repository.hasAnyWithModel();
  }

  /**
   * The agent of somebody who enters the chat for the first time: it is made if they have never had one and there is a model that it can use.
   * Idempotent, also for several requests at once. It has no model of its own, so it follows the defaults.
   */
  async first(userId: string): Promise<FirstAgent> {
    const [existing] = await this.repository.list(userId);
    if (existing !== undefined) {
      return { agent: await this.shown(existing), reason: null };
    }
    const sources = await this.resolution.sourcesOf(userId);
    const { backends } = await this.backends.choices();
    const backend = backends.find(
      ({ id, unavailable }) =>
        unavailable === undefined && this.resolution.effective(sources, { backend: id, model: null, fallbacks: [] }) !== null,
    );
    if (backend === undefined) {
      return { agent: null, reason: "no_model" };
    }
    const values = await this.valuesOf(createAgent.parse({ backend: backend.id, name: friendlyNameFor(userId) }));
    const stored = await this.repository.createFirst(userId, { id: randomUUIDv7(), backend: backend.id, values });
    return stored === null ? { agent: null, reason: "had_agent" } : { agent: await this.shown(stored), reason: null };
  }

  async create(author: AgentAuthor, input: CreateAgent): Promise<Agent> {
    const created = await this.insert(author, randomUUIDv7(), input, "");
    if (created === null) {
      throw new AppError("conflict");
    }
    return this.shown(created);
  }

  /** Makes the agent with this id, or takes `input` in place of it: doing it twice, or twice at once, leaves one. `faultPrefix` goes before fields' paths. */
  async put(author: AgentAuthor, id: string, input: CreateAgent, faultPrefix: string): Promise<Agent> {
    const values = await this.valuesOf(input);
    const replace = async (): Promise<StoredAgent | null> =>
      this.repository.change(author, id, (_before, offered) => {
        assertModels(values, offered, faultPrefix);
        return values;
      });
    const stored = (await replace()) ?? (await this.insert(author, id, input, faultPrefix)) ?? (await replace());
    if (stored === null) {
      throw new AppError("conflict");
    }
    return this.shown(stored);
  }

  async update(author: AgentAuthor, id: string, update: UpdateAgent): Promise<Agent> {
    const stored = await this.repository.change(author, id, (before, offered) => {
      const values = applyUpdate(before, update);
      if (update.model !== undefined || update.fallbacks !== undefined) {
        assertModels(values, author.owner === null ? [...offered, ...chosenBefore(before, offered)] : offered, "");
      }
      return values;
    });
    if (stored === null) {
      throw new AppError("not_found");
    }
    return this.shown(stored);
  }

  private async valuesOf(input: CreateAgent): Promise<AgentValues> {
    const { defaultTools, defaultIdleTimeoutSeconds } = await this.backends.forNewAgent(input.backend);
    return valuesOf(input, { tools: defaultTools, idleTimeoutSeconds: defaultIdleTimeoutSeconds });
  }

  private async shown(stored: StoredAgent): Promise<Agent> {
    const sources = await this.resolution.sourcesOf(stored.ownerId);
    return toAgent(stored, this.resolution.effective(sources, assignmentOf(stored)));
  }

  /** `null`: the id is taken. */
  private async insert(author: AgentAuthor, id: string, input: CreateAgent, faultPrefix: string): Promise<StoredAgent | null> {
    const values = await this.valuesOf(input);
    const { backend } = input;
    const created = await this.repository.create(author, { id, backend }, maxAgentsPerUser, ({ offered, others }) => {
      assertModels(values, offered, faultPrefix);
      return hasEmoji(input) ? values : { ...values, emoji: freeEmojiFor(values.name, others) };
    });
    if (created === "full") {
      throw new AppError("conflict", { detail: `There can be ${maxAgentsPerUser} agents. Delete one first.` });
    }
    return created === "taken" ? null : created;
  }
}

/** What another admin chose of their own for a system agent stays chosen, whoever changes the rest. */
function chosenBefore({ models }: StoredAgent, offered: readonly OfferedModels[]): OfferedModels[] {
  const others = models.filter(({ providerId }) => offered.every((provider) => provider.providerId !== providerId));
  return [...Map.groupBy(others, ({ providerId }) => providerId)].map(([providerId, choices]) => ({
    providerId,
    isActive: true,
    modelIds: choices.map(({ model }) => model),
  }));
}

function assertModels(values: AgentValues, offered: readonly OfferedModels[], faultPrefix: string): void {
  const errors = faultsOfModels(values, offered).map((fault) => ({ ...fault, path: `${faultPrefix}${fault.path}` }));
  if (errors.length > 0) {
    throw invalidFields(errors);
  }
}
