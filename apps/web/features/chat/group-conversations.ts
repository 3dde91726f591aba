import type { Conversation } from "@mosaic/contracts/chat";
import { dayLabel } from "@/lib/time";

export interface ConversationGroup {
  readonly label: string;
  readonly conversations: Conversation[];
}

/** By day of the last change, newest first. */
export const groupConversations = (conversations: readonly Conversation[], now: Date, locale?: string): ConversationGroup[] => {
  const sorted = conversations.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  const groups = new Map<string, Conversation[]>();
  for (const conversation of sorted) {
    const label = dayLabel(new Date(conversation.updatedAt), now, locale);
    groups.set(label, [...(groups.get(label) ?? []), conversation]);
  }
  return [...groups].map(([label, members]) => ({ label, conversations: members }));
};
