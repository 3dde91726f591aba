import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation } from "@mosaic/contracts/chat";
import { dayLabel } from "@/lib/time";
import { m } from "@messages/chat";

export interface ConversationGroup {
  /** Two agents may have one name. */
  readonly id: string;
  readonly label: string;
  readonly conversations: Conversation[];
}

/**
 * What is pinned, then the rest by day of the last change, newest first. With `agents`: each agent's days together, first those of the agent that
 * was spoken to last.
 */
export const groupConversations = (
  conversations: readonly Conversation[],
  now: Date,
  agents: readonly Agent[] = [],
): ConversationGroup[] => {
  const sorted = conversations.toSorted(
    (a, b) => Number(b.isPinned) - Number(a.isPinned) || b.updatedAt.localeCompare(a.updatedAt) || b.id.localeCompare(a.id),
  );
  const groups = new Map<string, Map<string, Conversation[]>>();
  for (const conversation of sorted) {
    const agent = conversation.isPinned ? undefined : agents.find(({ id }) => id === conversation.agentId);
    const day = conversation.isPinned ? m.pinned : dayLabel(new Date(conversation.updatedAt), now);
    const label = agent === undefined ? day : m.agentAndDay(`${agent.emoji} ${agent.name}`.trim(), day);
    const part = conversation.isPinned ? m.pinned : (agent?.id ?? "");
    const days = groups.get(part) ?? new Map<string, Conversation[]>();
    groups.set(part, days.set(label, [...(days.get(label) ?? []), conversation]));
  }
  return [...groups].flatMap(([part, days]) =>
    [...days].map(([label, members]) => ({ id: `${part} ${label}`, label, conversations: members })),
  );
};

/** The agent that was spoken to last. */
export const lastAgentOf = (conversations: readonly Conversation[]): string | null =>
  conversations.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0]?.agentId ?? null;
