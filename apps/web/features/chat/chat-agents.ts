"use client";

import type { Agent, FirstAgent } from "@mosaic/contracts/agent";
import { useMemo } from "react";
import { useSystemAgents } from "@/features/admin-system-agents/system-agent-queries";
import { useAgents, useFirstAgent } from "@/features/agents/agent-queries";
import { useMe } from "@/features/auth/session";

export interface ChatAgent extends Agent {
  readonly isSystem: boolean;
}

export interface ChatAgents {
  readonly data: readonly ChatAgent[] | undefined;
  /** Why one has no agent of one's own. */
  readonly whyNone: FirstAgent["reason"];
  readonly error: unknown;
}

/**
 * Whom one can chat with: one's own agents, and for admins the system agents too. Whoever has never had an agent gets one by this. Nothing is
 * said before all are known, so that a conversation never shows with an agent that is not its own.
 */
export const useChatAgents = (): ChatAgents => {
  const me = useMe();
  const isAdmin = me.data?.role === "admin";
  const own = useAgents();
  const hasNone = own.data?.length === 0;
  const first = useFirstAgent(hasNone);
  const system = useSystemAgents(isAdmin);
  const whyNone = hasNone ? (first.data ?? null) : null;
  const isOwnKnown = own.data !== undefined && (!hasNone || whyNone !== null || first.error !== null);
  const isKnown = me.data !== undefined && isOwnKnown && (!isAdmin || system.data !== undefined || system.error !== null);
  const agents = useMemo(() => [...mark(own.data, false), ...mark(system.data, true)], [own.data, system.data]);
  return { data: isKnown ? agents : undefined, whyNone, error: own.error ?? me.error ?? (hasNone ? first.error : null) };
};

const mark = (agents: readonly Agent[] = [], isSystem: boolean): ChatAgent[] => agents.map((agent) => ({ ...agent, isSystem }));
