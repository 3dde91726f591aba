import type { EffectiveModel } from "@mosaic/contracts/agent";

const sources: Record<EffectiveModel["source"], string> = {
  agent: "set for this agent",
  "user-backend": "from your default for this kind of agent",
  "user-all": "from your default for all agents",
  "admin-backend": "from your admin’s default for this kind of agent",
  "admin-all": "from your admin’s default",
};

/** Which model is used now, whose it is, and which setting says so. */
export const effectiveText = (effective: EffectiveModel | null): string =>
  effective === null
    ? "No model is set"
    : `${effective.model} · ${effective.providerName}${effective.isShared ? " (shared by an admin)" : ""} · ${sources[effective.source]}`;
