"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { useMemo } from "react";
import { useSystemAgents } from "@/features/admin-system-agents/system-agent-queries";
import { useAgents } from "@/features/agents/agent-queries";
import { useMe } from "@/features/auth/session";

export interface ChatAgent extends Agent {
  readonly isSystem: boolean;
}

export interface ChatAgents {
  readonly data: readonly ChatAgent[] | undefined;
  readonly error: unknown;
}

/**
 * Whom one can chat with: one's own agents, and for admins the system agents too. Nothing is said before all are known, so that a
 * conversation never shows with an agent that is not its own.
 */
export const useChatAgents = (): ChatAgents => {
  const me = useMe();
  const isAdmin = me.data?.role === "admin";
  const own = useAgents();
  const system = useSystemAgents(isAdmin);
  const isKnown = me.data !== undefined && own.data !== undefined && (!isAdmin || system.data !== undefined || system.error !== null);
  const agents = useMemo(() => [...mark(own.data, false), ...mark(system.data, true)], [own.data, system.data]);
  return { data: isKnown ? agents : undefined, error: own.error ?? me.error };
};

const mark = (agents: readonly Agent[] = [], isSystem: boolean): ChatAgent[] => agents.map((agent) => ({ ...agent, isSystem }));
