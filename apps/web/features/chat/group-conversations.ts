import type { Conversation } from "@mosaic/contracts/chat";
import { dayLabel } from "@/lib/time";
import { m } from "@messages/chat";

export interface ConversationGroup {
  readonly label: string;
  readonly conversations: Conversation[];
}

/** What is pinned, then the rest by day of the last change, newest first. */
export const groupConversations = (conversations: readonly Conversation[], now: Date): ConversationGroup[] => {
  const sorted = conversations.toSorted(
    (a, b) => Number(b.isPinned) - Number(a.isPinned) || b.updatedAt.localeCompare(a.updatedAt) || b.id.localeCompare(a.id),
  );
  const groups = new Map<string, Conversation[]>();
  for (const conversation of sorted) {
    const label = conversation.isPinned ? m.pinned : dayLabel(new Date(conversation.updatedAt), now);
    groups.set(label, [...(groups.get(label) ?? []), conversation]);
  }
  return [...groups].map(([label, members]) => ({ label, conversations: members }));
};

/** The agent that was spoken to last. */
export const lastAgentOf = (conversations: readonly Conversation[]): string | null =>
  conversations.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0]?.agentId ?? null;
