import type { EffectiveModel } from "@mosaic/contracts/agent";
import { m } from "@messages/agents";

/** Which model is used now, whose it is, and which setting says so. */
export const effectiveText = (effective: EffectiveModel | null): string =>
  effective === null
    ? m.noModelIsSet
    : `${effective.model} · ${effective.providerName}${effective.isShared ? m.sharedByAnAdmin : ""} · ${m.modelSources[effective.source]}`;
