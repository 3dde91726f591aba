import type { ProbedProvider } from "@mosaic/agent-backends/openclaw-probe";
import { providerDefinitions, type ProviderTestResult, type TestProvider } from "@mosaic/contracts/provider";
import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { DemoSettingsService } from "../demo/demo-settings.service.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { AgentAccessService } from "./agent-access.service.js";
import { ConnectionProber, testTimeoutMs } from "./connection-prober.js";
import { FoundDialectsService } from "./found-dialects.service.js";
import { LlmProvidersService } from "./llm-providers.service.js";
import type { StoredProvider } from "./llm-providers.types.js";
import { isSameAddress, unknownDialect } from "./provider-change.js";
import { ProviderReachService } from "./provider-reach.service.js";

/** When a test that begins now is over: one end for all that it asks. */
export type TestDeadline = () => AbortSignal;
export const TEST_DEADLINE = Symbol("TEST_DEADLINE");
export const testDeadline: TestDeadline = () => AbortSignal.timeout(testTimeoutMs);

/** What is asked, and whose it is if it is stored. */
interface Target {
  readonly provider: ProbedProvider;
  readonly stored: StoredProvider | null;
}

/** Really calls an endpoint: its list of models, then one of them, as an agent would. Says in words what is wrong. */
@Injectable()
export class ConnectionTestService {
  constructor(
    private readonly providers: LlmProvidersService,
    private readonly agentAccess: AgentAccessService,
    private readonly reach: ProviderReachService,
    private readonly demoSettings: DemoSettingsService,
    private readonly outbound: OutboundService,
    private readonly found: FoundDialectsService,
    @Inject(TEST_DEADLINE) private readonly deadline: TestDeadline,
  ) {}

  /** Throws only for a request that can't be tested: another's provider, or a stored key meant for another address. */
  async test(userId: string, input: TestProvider, left: AbortSignal): Promise<ProviderTestResult> {
    const target = await this.targetOf(userId, input);
    return this.outbound.test(userId, async () => this.run(userId, target, input.model ?? null), left);
  }

  /** Tests a stored provider as it is. */
  async testStored(stored: StoredProvider, model: string | null): Promise<ProviderTestResult> {
    const provider = await this.reach.open(stored);
    return this.outbound.test(stored.ownerId, async () => this.run(stored.ownerId, { provider, stored }, model));
  }

  /**
   * For a model that refused an agent's request: asks it until it is known what it wants, and keeps that. True when something new was found, so
   * that asking again may help.
   */
  async findDialect(stored: StoredProvider, model: string): Promise<boolean> {
    const provider = await this.reach.open(stored);
    const prober = new ConnectionProber(this.reach.clientFor(stored.ownerId, provider), provider, this.deadline());
    const { chat, found } = await prober.findAnswer(model, true);
    return chat.isAnswer && (await this.found.keep(stored, model, found));
  }

  private async run(userId: string, { provider, stored }: Target, model: string | null): Promise<ProviderTestResult> {
    if (providerDefinitions[provider.kind].isBuiltIn && !(await this.demoSettings.isOn())) {
      const message = "An admin switched the demo model off. Choose another provider.";
      return { outcome: "refused", message, caution: null, agentAddress: null, allow: null, models: [], durationMs: 0 };
    }
    const startedAt = performance.now();
    const signal = this.deadline();
    const { verdict, models, found } = await new ConnectionProber(this.reach.clientFor(userId, provider), provider, signal).probe(model);
    if (found !== undefined && model !== null) {
      this.found.remember(userId, provider, model, found);
      if (stored !== null) {
        await this.found.keep(stored, model, found);
      }
    }
    const { caution, agentAddress, advice } = await this.agentAccess.look(userId, provider, verdict.outcome, signal);
    return {
      outcome: verdict.outcome,
      message: advice === null ? verdict.message : `${verdict.message} ${advice}`,
      caution,
      agentAddress,
      allow: verdict.allow ?? null,
      models: [...models],
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  private async targetOf(userId: string, input: TestProvider): Promise<Target> {
    if (input.providerId === undefined) {
      const provider = {
        kind: input.kind,
        baseUrl: await this.reach.addressOf(input.kind, input.baseUrl ?? null),
        apiKey: input.apiKey ?? null,
      };
      return { provider: { ...provider, models: [], dialect: unknownDialect }, stored: null };
    }
    const stored = await this.providers.getStored(userId, input.providerId);
    const asked = input.baseUrl ?? stored.baseUrl;
    const isSame = input.kind === stored.kind && isSameAddress(asked, stored.baseUrl);
    if (input.apiKey === undefined && !isSame && stored.apiKeyEncrypted !== null) {
      const message = "Enter the key again: the stored one is not sent to a new address";
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "apiKey", message }] });
    }
    const apiKey = input.apiKey === undefined ? this.providers.openKey(stored) : input.apiKey;
    const { models } = stored;
    // From the beginning: a server that was set right since then is asked as usual again.
    const provider = { kind: input.kind, baseUrl: await this.reach.addressOf(input.kind, asked), apiKey, models, dialect: unknownDialect };
    return { provider, stored: isSame ? stored : null };
  }
}
