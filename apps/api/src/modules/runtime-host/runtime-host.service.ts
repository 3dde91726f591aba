import type { OnboardingOptions, RuntimeKind, RuntimeOption } from "@mosaic/contracts/onboarding";
import { RuntimeError, type AgentRuntime, type RuntimeCheck } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from "@nestjs/common";
import { ConfigurationError, ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Listeners } from "../../platform/http/listeners.js";
import { SettingsService } from "../settings/settings.service.js";
import { RUNTIME_FACTORY, type RuntimeFactory } from "./runtime-factory.js";
import { readRuntimeKind, runtimeKinds, runtimes, safestRuntime, type RuntimeDefinition } from "./runtime-registry.js";

/**
 * Which runtime this installation uses, and the one instance of its driver in this process. The choice is made once, by an operator: an
 * engine that is away must never turn into agents without walls.
 */
@Injectable()
export class RuntimeHostService implements OnModuleInit, OnModuleDestroy {
  private known: RuntimeKind | null = null;
  private readonly drivers = new Map<RuntimeKind, AgentRuntime>();

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(RUNTIME_FACTORY) private readonly create: RuntimeFactory,
    private readonly settings: SettingsService,
    private readonly listeners: Listeners,
  ) {}

  /** A database of another version may name a runtime that this one does not have: refused before anything starts. */
  async onModuleInit(): Promise<void> {
    const { fault } = await this.read();
    if (fault !== null) {
      throw new ConfigurationError(fault);
    }
  }

  /** The runtime in use, as it was known last; `null` until this process has asked for it. */
  get lastKnown(): RuntimeDefinition | null {
    return this.known === null ? null : runtimes[this.known];
  }

  get lastKind(): RuntimeKind | null {
    return this.known;
  }

  /** The runtime in use; `null` until one is chosen. Throws `runtime_unavailable` when somebody stored an unknown one meanwhile. */
  async kind(): Promise<RuntimeKind | null> {
    const { kind, fault } = await this.read();
    if (fault !== null) {
      throw new AppError("runtime_unavailable", { detail: fault });
    }
    this.known = kind;
    return kind;
  }

  /** What is decided by the kind of the runtime in use; `null` until one is chosen. */
  async definition(): Promise<RuntimeDefinition | null> {
    const kind = await this.kind();
    return kind === null ? null : runtimes[kind];
  }

  /** Throws `runtime_unavailable` until one is chosen, and where it may not run with this configuration. */
  async runtime(): Promise<AgentRuntime> {
    return (await this.inUse()).driver;
  }

  /** The driver, with what is decided by its kind, or by `otherwise` until one is chosen. Throws as `runtime` does. */
  async inUse(otherwise: RuntimeKind | null = null): Promise<{ readonly driver: AgentRuntime; readonly definition: RuntimeDefinition }> {
    const kind = (await this.kind()) ?? otherwise;
    if (kind === null) {
      throw new AppError("runtime_unavailable", { detail: "No runtime is chosen yet: finish setting up Mosaic." });
    }
    this.assertAllowed(kind);
    return { driver: await this.driver(kind), definition: runtimes[kind] };
  }

  /** What the runtime says of itself. Never throws for an engine that is away. */
  async check(): Promise<{ kind: RuntimeKind | null; isIsolated: boolean; check: RuntimeCheck }> {
    const kind = await this.kind();
    if (kind === null) {
      return { kind, isIsolated: false, check: { isReachable: false, detail: "No runtime is chosen yet." } };
    }
    const driver = await this.driver(kind);
    return { kind, isIsolated: runtimes[kind].isIsolated, check: await driver.check() };
  }

  /** What the wizard offers. The first that is available is suggested. */
  async options(): Promise<OnboardingOptions> {
    const offers = await Promise.all(runtimeKinds.map(async (kind) => this.offer(kind)));
    const suggested = (await this.kind()) ?? offers.find(({ isAvailable }) => isAvailable)?.kind ?? safestRuntime;
    return { runtimes: offers, suggested, isRuntimeFixed: this.env.MOSAIC_RUNTIME !== undefined };
  }

  /** Keeps the operator's choice. Throws `conflict` when the environment fixes another one. */
  async choose(kind: RuntimeKind): Promise<void> {
    if (this.env.MOSAIC_RUNTIME !== undefined && this.env.MOSAIC_RUNTIME !== kind) {
      throw new AppError("conflict", { detail: `MOSAIC_RUNTIME fixes the runtime to ${this.env.MOSAIC_RUNTIME}.` });
    }
    this.assertAllowed(kind);
    const audit = { action: "runtime.choose", target: { type: "setting", id: "runtime.kind" }, details: { runtime: kind } } as const;
    await this.settings.set("runtime.kind", kind, audit);
    this.known = kind;
  }

  /** The internal port's address as containers reach it. Also opens that listener, since the containers' network may have just appeared. */
  async internalBaseUrl(): Promise<string> {
    const { internalHost } = await (await this.runtime()).prepare();
    const port = await this.listeners.listen("internal", internalHost, this.env.MOSAIC_INTERNAL_PORT);
    return `http://${internalHost}:${port}`;
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.drivers.values()].map(async (driver) => driver.close()));
  }

  private async driver(kind: RuntimeKind): Promise<AgentRuntime> {
    const existing = this.drivers.get(kind);
    if (existing !== undefined) {
      return existing;
    }
    const instanceId = await this.settings.instanceId();
    const driver = this.drivers.get(kind) ?? this.create(kind, { env: this.env, instanceId });
    this.drivers.set(kind, driver);
    return driver;
  }

  private async offer(kind: RuntimeKind): Promise<RuntimeOption> {
    const { isIsolated, introduction, refusal } = runtimes[kind];
    const refused = refusal(this.env);
    if (refused !== null) {
      return { kind, isAvailable: false, isIsolated, detail: refused };
    }
    if (introduction !== null) {
      return { kind, isAvailable: true, isIsolated, detail: introduction };
    }
    const { isReachable, detail } = await (await this.driver(kind)).check();
    return { kind, isAvailable: isReachable, isIsolated, detail };
  }

  private async read(): Promise<ReturnType<typeof readRuntimeKind>> {
    return readRuntimeKind(this.env.MOSAIC_RUNTIME ?? (await this.settings.get("runtime.kind")));
  }

  private assertAllowed(kind: RuntimeKind): void {
    const refusal = runtimes[kind].refusal(this.env);
    if (refusal !== null) {
      throw new AppError("runtime_refused", { detail: refusal });
    }
  }
}

/** For a loop that can do nothing without the engine. */
export function engineObstacle(error: unknown): "engine" | null {
  const isAway =
    (error instanceof RuntimeError && error.code === "unreachable") || (error instanceof AppError && error.code === "runtime_unavailable");
  return isAway ? "engine" : null;
}
