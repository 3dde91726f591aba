import { providerDefinitions, type ProviderModel } from "@mosaic/contracts/provider";
import type { RenderedProvider, ResolvedModel } from "@mosaic/agent-backends/agent-backend";
import type { BackendDefinition } from "@mosaic/agent-backends/backend-definition";
import { deriveGatewayToken, deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import type { ChosenModel, ModelResolution } from "@mosaic/agent-backends/model-resolution";
import type { BackendId } from "@mosaic/contracts/agent";
import type { Bundle } from "@mosaic/contracts/agent-config";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { TRUSTED_CERTIFICATES, type TrustedCertificates } from "../../platform/config/trusted-certificates.js";
import { AppError } from "../../platform/errors/app-error.js";
import { knownBackend } from "../backends/backends.types.js";
import { BackendsService } from "../backends/backends.service.js";
import { hashToken } from "../crypto/tokens.js";
import { assignmentOf, type StoredAgent } from "../agents/agents.types.js";
import { ConnectionTestService } from "../llm-providers/connection-test.service.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import { DemoSettingsService } from "../demo/demo-settings.service.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import type { AgentView } from "../runtime-host/runtime-registry.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { AgentConfigRepository } from "./agent-config.repository.js";
import type { CallingContainer, LiveContainer } from "./agent-config.types.js";

/** Makes the files of an agent's container out of its rows. */
export interface Renderable {
  readonly changedMsAgo: number;
  /** As its provider has it. `null`: the provider no longer says anything of it. */
  readonly model: ProviderModel | null;
}

export interface ModelsInUse {
  readonly ownerId: string | null;
  readonly backend: BackendDefinition<BackendId>;
  readonly models: readonly ChosenModel<StoredProvider>[];
}

@Injectable()
export class AgentConfigService {
  constructor(
    private readonly repository: AgentConfigRepository,
    private readonly backends: BackendsService,
    private readonly providers: LlmProvidersService,
    private readonly resolution: ModelResolutionService,
    private readonly runtimeHost: RuntimeHostService,
    private readonly connectionTest: ConnectionTestService,
    private readonly demo: DemoSettingsService,
    @Inject(ENV) private readonly env: Env,
    @Inject(TRUSTED_CERTIFICATES) private readonly trusted: TrustedCertificates,
  ) {}

  /**
   * Throws `model_not_assigned`, `demo_model_off` or `backend_unknown`, in words that say where to set it, before anything is started. Resolves with the model
   * that will be asked first, and with how many milliseconds ago something of this had changed. One statement, and nothing is kept of it: what was taken away is refused at once.
   */
  async assertRenderable(agentId: string): Promise<Renderable> {
    const found = await this.resolution.sourcesOfAgent(agentId);
    if (found === null) {
      throw new AppError("not_found");
    }
    knownBackend(found.backend);
    const [first] = await this.usable(found.name, this.resolution.resolve(found.sources, assignmentOf(found)));
    return {
      changedMsAgo: found.changedMsAgo,
      model: first === undefined ? null : (first.provider.models.find(({ id }) => id === first.model) ?? null),
    };
  }

  /**
   * Throws `container_token_refused` when the container was stopped or its token replaced meanwhile, `model_not_assigned` when it has no model
   * (any more), `agent_not_ready` to a child process that does not say its port before the runtime has. Asked through `BundleWaitService`, which
   * bounds how many run at once.
   */
  async render(caller: CallingContainer): Promise<Bundle> {
    const [container, agent] = await Promise.all([this.live(caller), this.agent(caller.agentId)]);
    const backend = knownBackend(agent.backend);
    const models = await this.models(agent);
    const { bind, stateDir, isIsolated, port: knownPort } = await this.view(backend.id, container);
    const port = caller.port ?? knownPort;
    if (port === null) {
      throw new AppError("agent_not_ready", { detail: "The agent's port is not known yet: say it (?port=), or ask again in a moment." });
    }
    const [first, ...others] = await Promise.all(models.map(async (model) => this.open(model, agent, caller.token)));
    if (first === undefined) {
      throw new AppError("model_not_assigned");
    }
    return backend.render({
      agent: { id: agent.id, name: agent.name, emoji: agent.emoji, personality: agent.personality, tools: agent.tools },
      models: [first, ...others],
      gateway: { token: deriveGatewayToken(caller.token), port, bind },
      relayToken: deriveRelayToken(caller.token),
      tokensIn: caller.tokens ?? "files",
      stateDir,
      isIsolated,
      trustedCertificates: this.trusted.list,
    });
  }

  /** The models that an agent is set to use now, the first and its fallbacks. Throws `model_not_assigned` when there is none. */
  async modelsInUse(agentId: string): Promise<ModelsInUse> {
    const agent = await this.agent(agentId);
    return { ownerId: agent.ownerId, backend: knownBackend(agent.backend), models: await this.models(agent) };
  }

  /** The same for somebody who asks by themselves. Throws `not_found` for another's agent as for a missing one; a system agent is any admin's. */
  async modelsFor({ id, role }: SessionUser, agentId: string): Promise<readonly ChosenModel<StoredProvider>[]> {
    const found = await this.resolution.sourcesOfAgent(agentId);
    const ownerId = found?.sources.ownerId;
    if (found === null || (ownerId !== id && !(ownerId === null && role === "admin"))) {
      throw new AppError("not_found");
    }
    knownBackend(found.backend);
    return this.usable(found.name, this.resolution.resolve(found.sources, assignmentOf(found)));
  }

  /** For an agent whose provider refused its request: asks the provider what it wants. True when something new was found and kept. */
  async findDialect(agentId: string): Promise<boolean> {
    const [first] = (await this.modelsInUse(agentId)).models;
    return first !== undefined && this.connectionTest.findDialect(first.provider, first.model);
  }

  /** Every secret that an agent's container may know by its configuration. */
  async secretsOf(ownerId: string | null, token: string): Promise<string[]> {
    const keys = ownerId === null ? [] : await this.providers.openKeys(ownerId);
    return [token, deriveGatewayToken(token), deriveRelayToken(token), ...keys];
  }

  private async agent(agentId: string): Promise<StoredAgent> {
    const agent = await this.repository.findAgent(agentId);
    if (agent === null) {
      throw new AppError("not_found");
    }
    return agent;
  }

  private async models(agent: StoredAgent): Promise<readonly ChosenModel<StoredProvider>[]> {
    return this.usable(agent.name, this.resolution.resolve(await this.resolution.sourcesOf(agent.ownerId), assignmentOf(agent)));
  }

  private async usable(agentName: string, resolution: ModelResolution<StoredProvider>): Promise<readonly ChosenModel<StoredProvider>[]> {
    if (resolution.outcome === "none") {
      throw new AppError("model_not_assigned", {
        detail: `Choose a model for ${agentName} in its settings, or a default under Models, then send the message again.`,
      });
    }
    if (!resolution.models.some(({ provider }) => providerDefinitions[provider.kind].isBuiltIn) || (await this.demo.isOn())) {
      return resolution.models;
    }
    const others = resolution.models.filter(({ provider }) => !providerDefinitions[provider.kind].isBuiltIn);
    if (others.length === 0) {
      throw new AppError("demo_model_off", {
        detail: `An admin switched the demo model off, and ${agentName} uses it. Choose another model in its settings, then send the message again.`,
      });
    }
    return others;
  }

  private async live(caller: CallingContainer): Promise<LiveContainer> {
    const container = await this.repository.findLive(hashToken(caller.token));
    if (container === null) {
      throw new AppError("container_token_refused");
    }
    return container;
  }

  private async view(backendId: BackendId, container: LiveContainer): Promise<AgentView> {
    const [{ definition }, backend] = await Promise.all([this.runtimeHost.inUse(), this.backends.get(backendId)]);
    return definition.view({ env: this.env, containerName: container.name, endpointPort: container.endpointPort, backend });
  }

  /** Here a key is opened: for the one container that uses it, and only if it is its owner's. */
  private async open({ provider, model }: ChosenModel<StoredProvider>, agent: StoredAgent, token: string): Promise<ResolvedModel> {
    const { id, version, kind, models, dialect } = provider;
    const reach =
      knownBackend(agent.backend).models === "relay" ? this.relayed(provider, agent, token, "/v1") : this.reach(provider, agent, token);
    return { provider: { id, version, kind, models, dialect, ...(await reach) }, model };
  }

  private async reach(provider: StoredProvider, agent: StoredAgent, token: string): Promise<Pick<RenderedProvider, "baseUrl" | "apiKey">> {
    if (provider.ownerId === agent.ownerId && !providerDefinitions[provider.kind].isBuiltIn) {
      return { baseUrl: provider.baseUrl ?? "", apiKey: this.providers.openKey(provider) };
    }
    return this.relayed(provider, agent, token, "");
  }

  /** `below`: `/v1` for software that speaks OpenAI's chat API, whatever the provider speaks. */
  private async relayed(
    { id, kind }: StoredProvider,
    agent: StoredAgent,
    token: string,
    below: "" | "/v1",
  ): Promise<Pick<RenderedProvider, "baseUrl" | "apiKey">> {
    const place = providerDefinitions[kind].isBuiltIn ? "demo/v1" : `llm/${id}${below}`;
    const baseUrl = `${await this.runtimeHost.internalBaseUrl()}/api/internal/agent-config/${agent.id}/${place}`;
    return { baseUrl, apiKey: deriveRelayToken(token) };
  }
}
