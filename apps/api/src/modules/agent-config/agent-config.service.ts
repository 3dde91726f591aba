import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentBackend, RenderedProvider, ResolvedModel } from "@mosaic/agent-backends/agent-backend";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { resolveModel, type ChosenModel } from "@mosaic/agent-backends/model-resolution";
import { openclawBackend } from "@mosaic/agent-backends/openclaw";
import type { BackendId } from "@mosaic/contracts/agent";
import type { Bundle } from "@mosaic/contracts/agent-config";
import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { BackendsService } from "../backends/backends.service.js";
import { hashToken } from "../crypto/tokens.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { RuntimeHostService, type AgentView } from "../runtime-host/runtime-host.service.js";
import { AgentConfigRepository } from "./agent-config.repository.js";
import type { CallingContainer, ConfigSource, LiveContainer } from "./agent-config.types.js";

const renderers: Readonly<Record<BackendId, AgentBackend>> = { openclaw: openclawBackend };

/** A child process gets its port when it is started, a moment before it may ask. */
const portPollMs = 25;
const portWaitMs = 5_000;

/** Makes the files of an agent's container out of its rows. */
@Injectable()
export class AgentConfigService {
  constructor(
    private readonly repository: AgentConfigRepository,
    private readonly backends: BackendsService,
    private readonly providers: LlmProvidersService,
    private readonly runtimeHost: RuntimeHostService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Throws `model_not_assigned`, in words that say where to set it, before anything is started. */
  async assertRenderable(agentId: string): Promise<void> {
    resolveModels(await this.source(agentId));
  }

  /** Throws `container_token_refused` when the container was stopped or its token replaced meanwhile, `model_not_assigned` when it has no model (any more). */
  async render(caller: CallingContainer, signal: AbortSignal): Promise<Bundle> {
    const { bundle } = await this.renderForOwner(caller, signal);
    return bundle;
  }

  async renderForOwner(caller: CallingContainer, signal: AbortSignal): Promise<{ bundle: Bundle; ownerId: string | null }> {
    const [container, source] = await Promise.all([this.live(caller), this.source(caller.agentId)]);
    const models = resolveModels(source);
    const { bind, stateDir, isIsolated, port } = await this.view(source.backend, container, caller, signal);
    const [first, ...others] = await Promise.all(models.map(async (model) => this.open(model)));
    if (first === undefined) {
      throw new AppError("model_not_assigned");
    }
    const bundle = renderers[source.backend].render({
      agent: { id: source.agentId, name: source.name, emoji: source.emoji, personality: source.personality, tools: source.tools },
      models: [first, ...others],
      gateway: { token: deriveGatewayToken(caller.token), port, bind },
      stateDir,
      isIsolated,
    });
    return { bundle, ownerId: source.ownerId };
  }

  /** The models that an agent is set to use now, the first and its fallbacks. Throws `model_not_assigned` when there is none. */
  async modelsInUse(agentId: string): Promise<{ ownerId: string | null; models: readonly ChosenModel<StoredProvider>[] }> {
    const source = await this.source(agentId);
    return { ownerId: source.ownerId, models: resolveModels(source) };
  }

  /** The owner of a container's agent, to know whose changes concern it. */
  async ownerOf(agentId: string): Promise<string | null> {
    return (await this.source(agentId)).ownerId;
  }

  private async source(agentId: string): Promise<ConfigSource> {
    const source = await this.repository.findSource(agentId);
    if (source === null) {
      throw new AppError("not_found");
    }
    return source;
  }

  private async live(caller: CallingContainer): Promise<LiveContainer> {
    const container = await this.repository.findLive(hashToken(caller.token));
    if (container === null) {
      throw new AppError("container_token_refused");
    }
    return container;
  }

  private async view(
    backendId: BackendId,
    container: LiveContainer,
    caller: CallingContainer,
    signal: AbortSignal,
  ): Promise<AgentView & { port: number }> {
    const kind = await this.runtimeHost.kind();
    if (kind === "process") {
      const stateDir = join(resolve(this.env.MOSAIC_STATE_DIR), "agents", container.name, "state");
      return { bind: "loopback", stateDir, isIsolated: false, port: await this.childPort(container, caller, signal) };
    }
    const backend = await this.backends.get(backendId);
    return { bind: "lan", stateDir: backend.stateDir, isIsolated: true, port: backend.gatewayPort };
  }

  private async childPort(container: LiveContainer, caller: CallingContainer, signal: AbortSignal): Promise<number> {
    const until = performance.now() + portWaitMs;
    let current = container;
    while (current.endpointPort === null && performance.now() < until) {
      await delay(portPollMs, undefined, { signal });
      current = await this.live(caller);
    }
    if (current.endpointPort === null) {
      throw new AppError("agent_not_ready", { detail: "The agent's port is not known yet." });
    }
    return current.endpointPort;
  }

  /** Here a key is opened: for the one container that uses it. */
  private async open(chosen: ChosenModel<StoredProvider>): Promise<ResolvedModel> {
    const { provider, model } = chosen;
    const rendered: RenderedProvider = {
      id: provider.id,
      version: provider.version,
      kind: provider.kind,
      baseUrl: provider.kind === "demo" ? `${await this.runtimeHost.internalBaseUrl()}/demo/v1` : (provider.baseUrl ?? ""),
      apiKey: this.providers.openKey(provider),
      models: provider.models,
    };
    return { provider: rendered, model };
  }
}

function resolveModels(source: ConfigSource): readonly ChosenModel<StoredProvider>[] {
  const resolution = resolveModel({
    userId: source.ownerId ?? "",
    backend: source.backend,
    agent: { model: source.model, fallbacks: source.fallbacks },
    userDefaults: source.userDefaults,
    adminDefaults: source.adminDefaults,
    providers: source.providers,
  });
  if (resolution.outcome === "none") {
    throw new AppError("model_not_assigned", { detail: `Choose a model for ${source.name} in its settings, then send the message again.` });
  }
  return resolution.models;
}
