import type { Agent } from "@mosaic/contracts/agent";
import type { Conversation } from "@mosaic/contracts/chat";

/** Whether it was held elsewhere, and the agent was not given its messages since. */
export const isUnknown = (conversation: Pick<Conversation, "importedAt" | "memoryGivenAt"> | null): boolean =>
  conversation?.importedAt !== undefined &&
  (conversation.memoryGivenAt === undefined || conversation.memoryGivenAt < conversation.importedAt);

/** Whether the agent does not remember a conversation that was there before it lost its memory, and was not given its messages since. */
export const isForgotten = (
  { memoryLostAt }: Pick<Agent, "memoryLostAt">,
  conversation: Pick<Conversation, "createdAt" | "memoryGivenAt"> | null,
): boolean => {
  if (memoryLostAt === undefined || conversation === null || conversation.createdAt >= memoryLostAt) return false;
  return conversation.memoryGivenAt === undefined || conversation.memoryGivenAt < memoryLostAt;
};
