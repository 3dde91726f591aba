import { createHash } from "node:crypto";
import type { ProbedProvider } from "@mosaic/agent-backends/openclaw-probe";
import type { ProviderKind, ProviderModel } from "@mosaic/contracts/provider";
import type { ModelDialect, ProviderDialect } from "@mosaic/contracts/provider-dialect";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { LlmProvidersRepository } from "./llm-providers.repository.js";
import type { StoredProvider } from "./llm-providers.types.js";

interface Remembered {
  readonly model: string;
  readonly found: ProviderDialect;
  readonly untilMs: number;
}

/** A form is filled in and saved within this. */
const rememberedMs = 30 * 60_000;
/** In this process, over all people; the oldest go first. */
const maxRemembered = 500;

/**
 * What providers were found to want. A test before a provider is saved has no row to keep it in: it is remembered here for a while, and taken
 * over when it is saved. What another process found, or what is forgotten, is found again at the model's first use.
 */
@Injectable()
export class FoundDialectsService {
  private readonly remembered = new Map<string, readonly Remembered[]>();

  constructor(
    private readonly repository: LlmProvidersRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  remember(userId: string, { kind, baseUrl }: Pick<ProbedProvider, "kind" | "baseUrl">, model: string, found: ProviderDialect): void {
    const key = keyOf(userId, kind, baseUrl);
    const others = (this.remembered.get(key) ?? []).filter((entry) => entry.model !== model).slice(-20);
    this.remembered.delete(key);
    this.remembered.set(key, [...others, { model, found, untilMs: this.clock.now().getTime() + rememberedMs }]);
    const oldest = this.remembered.keys().next();
    if (this.remembered.size > maxRemembered && oldest.done !== true) {
      this.remembered.delete(oldest.value);
    }
  }

  /** What this user's tests found about the models of an address that is being saved. */
  recall(userId: string, kind: ProviderKind, baseUrl: string | null, models: readonly ProviderModel[]): ProviderDialect {
    const nowMs = this.clock.now().getTime();
    const entries = (this.remembered.get(keyOf(userId, kind, baseUrl ?? "")) ?? []).filter(({ untilMs }) => untilMs > nowMs);
    return entries.reduce<ProviderDialect>((dialect, { model, found }) => merged(dialect, model, found, models), { models: {} });
  }

  /** Keeps what was found with the provider's row. False when it is known already, or the provider is another one by now. */
  async keep(stored: StoredProvider, model: string, found: ProviderDialect): Promise<boolean> {
    return this.repository.learn(stored, (before, models) => merged(before, model, found, models));
  }
}

/** Only of models that are listed, so that what is kept stays as small as the list. */
function merged(before: ProviderDialect, model: string, found: ProviderDialect, models: readonly ProviderModel[]): ProviderDialect {
  const known = Object.entries({ ...before.models, [model]: dialectOf(found, model) });
  const listed = known.filter(([id, dialect]) => Object.keys(dialect).length > 0 && models.some((other) => other.id === id));
  return { ...(found.keyHeader === undefined ? {} : { keyHeader: found.keyHeader }), models: Object.fromEntries(listed) };
}

function dialectOf(found: ProviderDialect, model: string): ModelDialect {
  return Object.hasOwn(found.models, model) ? (found.models[model] ?? {}) : {};
}

function keyOf(userId: string, kind: ProviderKind, baseUrl: string): string {
  return createHash("sha256")
    .update(JSON.stringify([userId, kind, baseUrl.replace(/(?<!\/)\/+$/, "")]))
    .digest("hex");
}
