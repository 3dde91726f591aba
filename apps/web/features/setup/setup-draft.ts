import { onboardingStep, runtimeKind } from "@mosaic/contracts/onboarding";
import { z } from "zod";
import { oidcValues } from "@/features/admin-oidc/oidc-values";
import { agentValues } from "@/features/agents/agent-values";
import { withoutHalfPrices } from "@/features/providers/price-values";
import { providerValues } from "@/features/providers/provider-values";
import { emptyMemory, type WizardMemory } from "@/features/setup/wizard";

const storageKey = "mosaic.setup-draft";

/** What was entered, without what could not be kept as it is. */
export const keepable = (entered: Partial<WizardMemory>): Partial<WizardMemory> => {
  const { provider } = entered;
  return provider ? { ...entered, provider: { ...provider, models: withoutHalfPrices(provider.models) } } : entered;
};

/** A part that this version can't read is forgotten alone. */
const draft = z.object({
  viewed: onboardingStep.nullable().catch(null),
  username: z.string().nullable().catch(null),
  signIn: z.string().nullable().catch(null),
  oidc: oidcValues.nullable().catch(null),
  provider: providerValues.nullable().catch(null),
  agent: agentValues.nullable().catch(null),
  runtime: runtimeKind.nullable().catch(null),
  acceptsNoIsolation: z.boolean().catch(false),
  sharesModel: z.boolean().nullable().catch(null),
});

/**
 * What was typed and not saved yet, over a reload of this tab and no longer than the tab. Secrets are left out: whatever runs in this origin could
 * read them here. Their fields say so.
 */
export const keepDraft = (memory: WizardMemory): void => {
  const { oidc } = memory;
  const { provider = null } = keepable(memory);
  const kept: WizardMemory = {
    ...memory,
    provider: provider === null ? null : { ...provider, apiKey: "" },
    oidc: oidc === null ? null : { ...oidc, clientSecret: "" },
  };
  try {
    window.sessionStorage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // Without storage a reload begins anew, as it says nowhere that it would not.
  }
};

export const readDraft = (): WizardMemory => {
  try {
    return { ...emptyMemory(), ...draft.safeParse(JSON.parse(window.sessionStorage.getItem(storageKey) ?? "{}")).data };
  } catch {
    return emptyMemory();
  }
};

export const forgetDraft = (): void => window.sessionStorage.removeItem(storageKey);
