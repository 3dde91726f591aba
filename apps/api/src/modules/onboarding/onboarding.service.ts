import { randomUUIDv7 } from "node:crypto";
import type { Agent } from "@mosaic/contracts/agent";
import type { CreateBreakglass, SessionUser } from "@mosaic/contracts/identity";
import type { OnboardingAgents, OnboardingOidc, OnboardingOptions, OnboardingStatus } from "@mosaic/contracts/onboarding";
import type { CreateProvider, Provider } from "@mosaic/contracts/provider";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { AgentsService } from "../agents/agents.service.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import { ModelDefaultsService } from "../model-defaults/model-defaults.service.js";
import { SharingService } from "../model-defaults/sharing.service.js";
import { OidcSettingsService } from "../oidc/oidc-settings.service.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { runtimes } from "../runtime-host/runtime-registry.js";
import { SettingsService } from "../settings/settings.service.js";
import { BreakglassService } from "../users/breakglass.service.js";
import { nextStep, type OnboardingFacts } from "./onboarding-step.js";

/** The first-boot wizard. Each step may be done again and replaces what it made before. */
@Injectable()
export class OnboardingService {
  constructor(
    private readonly breakglass: BreakglassService,
    private readonly settings: SettingsService,
    private readonly oidc: OidcSettingsService,
    private readonly providers: LlmProvidersService,
    private readonly agents: AgentsService,
    private readonly defaults: ModelDefaultsService,
    private readonly sharing: SharingService,
    private readonly runtimeHost: RuntimeHostService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async isComplete(): Promise<boolean> {
    return (await this.settings.get("onboarding.completed_at")) !== null;
  }

  /** The token opens nothing once there is an admin. */
  async status(caller: { showsToken: boolean; user: SessionUser | null }): Promise<OnboardingStatus> {
    const [isComplete, facts, runtime] = await Promise.all([this.isComplete(), this.facts(), this.runtimeHost.kind()]);
    return {
      isComplete,
      step: isComplete ? "summary" : nextStep(facts),
      hasSetupToken: caller.showsToken && !facts.hasBreakglass,
      isSignedIn: caller.user !== null,
      user: caller.user,
      areAgentsIsolated: caller.user === null || runtime === null ? null : runtimes[runtime].isIsolated,
    };
  }

  /** Of several requests at once, one wins. */
  async createBreakglass(input: CreateBreakglass): Promise<SessionUser> {
    const made = await this.breakglass.create(input.username, input.password);
    if (made === "name_taken") {
      throw fault("username", "This user name is taken");
    }
    if (made === "exists") {
      throw (await this.isComplete())
        ? new AppError("onboarding_complete")
        : new AppError("conflict", { detail: "The admin exists already. Sign in to go on." });
    }
    return made;
  }

  /** `origin`: where the admin's browser reaches Mosaic, and with that where people come back to after signing in. */
  async putOidc(input: OnboardingOidc, origin: string): Promise<void> {
    if (input.skip === true) {
      await this.skipOidc();
    } else {
      const { skip: _skip, ...settings } = input;
      await this.oidc.save(settings, origin);
    }
  }

  private async skipOidc(): Promise<void> {
    const audit = { action: "onboarding.skip", target: { type: "installation", id: null }, details: { step: "oidc" } } as const;
    await this.settings.set("onboarding.step", "provider", audit);
  }

  async putProvider(userId: string, input: CreateProvider): Promise<Provider> {
    return this.providers.put(userId, await this.reserveId("onboarding.provider_id"), input);
  }

  async options(): Promise<OnboardingOptions> {
    return this.runtimeHost.options();
  }

  /** The model is the admin's own default too, and everybody's if they share it. */
  async putAgent(userId: string, input: OnboardingAgents): Promise<Agent> {
    if (!runtimes[input.runtime].isIsolated && !input.acceptsNoIsolation) {
      throw fault("acceptsNoIsolation", `Confirm that the ${input.runtime} runtime has no walls between agents and this machine`);
    }
    if (input.agent.model === null) {
      throw fault("agent.model", "Choose a model");
    }
    await this.runtimeHost.choose(input.runtime);
    const agent = await this.agents.put({ owner: userId, userId }, await this.reserveId("onboarding.agent_id"), input.agent, "agent.");
    await this.defaults.save(userId, { backend: null, model: input.agent.model, fallbacks: [] });
    await this.sharing.setTeamModel(userId, input.agent.model, input.sharesModel);
    return agent;
  }

  /** Throws `onboarding_incomplete` as long as a step is missing. */
  async complete(): Promise<void> {
    const step = nextStep(await this.facts());
    if (step !== "summary") {
      throw new AppError("onboarding_incomplete", { detail: `The step "${step}" is missing.` });
    }
    const audit = { action: "onboarding.complete", target: { type: "installation", id: null } } as const;
    await this.settings.setIfAbsent("onboarding.completed_at", this.clock.now().toISOString(), audit);
  }

  private async facts(): Promise<OnboardingFacts> {
    const [breakglass, step, hasOidc, hasProvider, hasAgent, runtime] = await Promise.all([
      this.breakglass.find(),
      this.settings.get("onboarding.step"),
      this.oidc.isConfigured(),
      this.providers.exists(),
      this.agents.existsWithModel(),
      this.runtimeHost.kind(),
    ]);
    return {
      hasBreakglass: breakglass !== null,
      isPastOidc: step !== null || hasOidc,
      hasProvider,
      hasAgent,
      hasRuntime: runtime !== null,
    };
  }

  /** The id of what a step makes, the same for every request. */
  private async reserveId(key: "onboarding.provider_id" | "onboarding.agent_id"): Promise<string> {
    const fresh = randomUUIDv7();
    return (await this.settings.setIfAbsent(key, fresh)) ?? fresh;
  }
}

function fault(path: string, message: string): AppError {
  return new AppError("invalid_input", { detail: message, errors: [{ path, message }] });
}
