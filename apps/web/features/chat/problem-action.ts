import type { ProblemCode } from "@mosaic/contracts/problem";
import { m } from "@messages/chat";

export interface ProblemAction {
  readonly label: string;
  readonly href: string;
}

const toProviders: ProblemAction = { label: m.settingsProviders, href: "/settings/providers" };
const toAgents: ProblemAction = { label: m.settingsAgents, href: "/settings/agents" };
const toSystemAgents: ProblemAction = { label: m.adminSystemAgents, href: "/admin/system-agents" };

const actions: Partial<Record<ProblemCode, ProblemAction>> = {
  provider_key_refused: toProviders,
  provider_rate_limited: toProviders,
  provider_failed: toProviders,
  provider_unreachable: toProviders,
  provider_timeout: toProviders,
  provider_model_missing: toProviders,
  model_not_assigned: toAgents,
  demo_model_off: toAgents,
  unauthenticated: { label: m.signIn, href: "/login" },
};

/** Where a problem can be put right; `null` where its own words say all that can be done. */
export const problemAction = (code: ProblemCode | null, isSystem: boolean): ProblemAction | null => {
  const action = code === null ? undefined : actions[code];
  return action === toAgents && isSystem ? toSystemAgents : (action ?? null);
};
