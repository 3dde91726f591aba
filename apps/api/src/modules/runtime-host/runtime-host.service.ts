import type { OnboardingOptions, RuntimeKind } from "@mosaic/contracts/onboarding";
import type { AgentRuntime, RuntimeCheck } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Listeners } from "../../platform/http/listeners.js";
import { settingKeys, SettingsService } from "../settings/settings.service.js";
import { RUNTIME_FACTORY, type RuntimeFactory } from "./runtime-factory.js";

const loopback = /^(127\.|::1$|localhost$)/;

/** How an agent's software sees its own place: inside a container, or as a child process. */
export interface AgentView {
  readonly bind: "lan" | "loopback";
  readonly stateDir: string;
  readonly isIsolated: boolean;
}

/**
 * Which runtime this installation uses, and the one instance of its driver in this process. The choice is made once, by an operator: an
 * engine that is away must never turn into agents without walls.
 */
@Injectable()
export class RuntimeHostService implements OnModuleDestroy {
  readonly #drivers = new Map<RuntimeKind, AgentRuntime>();

  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(RUNTIME_FACTORY) private readonly create: RuntimeFactory,
    private readonly settings: SettingsService,
    private readonly listeners: Listeners,
  ) {}

  /** The runtime in use; `null` until one is chosen. */
  async kind(): Promise<RuntimeKind | null> {
    return this.env.MOSAIC_RUNTIME ?? ((await this.settings.get(settingKeys.runtime)) as RuntimeKind | null);
  }

  /** Throws `runtime_unavailable` until one is chosen, and where the process runtime may not run. */
  async runtime(): Promise<AgentRuntime> {
    const kind = await this.kind();
    if (kind === null) {
      throw new AppError("runtime_unavailable", { detail: "No runtime is chosen yet: finish setting up Mosaic." });
    }
    this.assertAllowed(kind);
    return this.driver(kind);
  }

  /** What the runtime says of itself. Never throws for an engine that is away. */
  async check(): Promise<{ kind: RuntimeKind | null; isIsolated: boolean; check: RuntimeCheck }> {
    const kind = await this.kind();
    if (kind === null) {
      return { kind, isIsolated: false, check: { isReachable: false, detail: "No runtime is chosen yet." } };
    }
    const driver = await this.driver(kind);
    return { kind, isIsolated: driver.isIsolated, check: await driver.check() };
  }

  /** What the wizard offers. Docker is suggested wherever it answers. */
  async options(): Promise<OnboardingOptions> {
    const docker = await (await this.driver("docker")).check();
    const refusal = this.processRefusal();
    const stored = await this.kind();
    return {
      runtimes: [
        { kind: "docker", isAvailable: docker.isReachable, isIsolated: true, detail: docker.detail },
        {
          kind: "process",
          isAvailable: refusal === null,
          isIsolated: false,
          detail: refusal ?? "Agents run as child processes of Mosaic, with no walls between them and this machine.",
        },
      ],
      suggested: stored ?? (docker.isReachable ? "docker" : "process"),
      isRuntimeFixed: this.env.MOSAIC_RUNTIME !== undefined,
    };
  }

  /** Keeps the operator's choice. Throws `conflict` when the environment fixes another one. */
  async choose(kind: RuntimeKind): Promise<void> {
    if (this.env.MOSAIC_RUNTIME !== undefined && this.env.MOSAIC_RUNTIME !== kind) {
      throw new AppError("conflict", { detail: `MOSAIC_RUNTIME fixes the runtime to ${this.env.MOSAIC_RUNTIME}.` });
    }
    this.assertAllowed(kind);
    const audit = { action: "runtime.choose", target: { type: "setting", id: settingKeys.runtime }, details: { runtime: kind } } as const;
    await this.settings.set(settingKeys.runtime, kind, audit);
  }

  /** The internal port's address as containers reach it. Also opens that listener, since the containers' network may have just appeared. */
  async internalBaseUrl(): Promise<string> {
    const { internalHost } = await (await this.runtime()).prepare();
    const port = await this.listeners.listen("internal", internalHost, this.env.MOSAIC_INTERNAL_PORT);
    return `http://${internalHost}:${port}`;
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.#drivers.values()].map(async (driver) => driver.close()));
  }

  private async driver(kind: RuntimeKind): Promise<AgentRuntime> {
    const existing = this.#drivers.get(kind);
    if (existing !== undefined) {
      return existing;
    }
    const instanceId = await this.settings.instanceId();
    const driver = this.#drivers.get(kind) ?? this.create(kind, { env: this.env, instanceId });
    this.#drivers.set(kind, driver);
    return driver;
  }

  private assertAllowed(kind: RuntimeKind): void {
    const refusal = kind === "process" ? this.processRefusal() : null;
    if (refusal !== null) {
      throw new AppError("runtime_refused", { detail: refusal });
    }
  }

  private processRefusal(): string | null {
    if (loopback.test(this.env.HOST) || this.env.MOSAIC_ALLOW_UNISOLATED) {
      return null;
    }
    return `Mosaic listens on ${this.env.HOST}, and the process runtime has no walls: it is refused unless HOST is loopback or MOSAIC_ALLOW_UNISOLATED is true.`;
  }
}
