import type { ConversationWithMessages } from "@mosaic/contracts/chat";
import type { QueryClient } from "@tanstack/react-query";
import { conversationQuery } from "@/features/chat/conversation-messages";
import { untilRetry } from "@/features/chat/turn-connection";
import { ApiProblem } from "@/lib/api";

/**
 * What a conversation is now, asked for until the server answers: after a request whose answer did not arrive, nothing else tells what became of it.
 * Throws what the server refuses.
 */
export const askServer = async (client: QueryClient, conversationId: string): Promise<ConversationWithMessages> => {
  const query = conversationQuery(client, conversationId);
  for (let failures = 0; ; failures += 1) {
    // What is on its way may have been asked for before.
    await client.cancelQueries({ queryKey: query.queryKey, exact: true });
    try {
      return await client.fetchQuery({ ...query, staleTime: 0, retry: false });
    } catch (error) {
      if (error instanceof ApiProblem && isRefusal(error)) throw error;
      await untilRetry(failures);
    }
  }
};

const isRefusal = ({ problem: { status } }: ApiProblem): boolean => status < 500 && status !== 429;
