"use client";

import type { Conversation } from "@mosaic/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { useChatAgents, type ChatAgent } from "@/features/chat/chat-agents";
import { useKeptDraft } from "@/features/chat/draft-sync";
import { ChatHeader } from "@/features/chat/chat-header";
import { ChatMainOutline } from "@/features/chat/chat-outline";
import { ChatView } from "@/features/chat/chat-view";
import { isForgotten, isUnknown } from "@/features/chat/memory-loss";
import { NoAgent } from "@/features/chat/no-agent";
import { useConversation, useConversations } from "@/features/chat/conversation-queries";
import { lastAgentOf } from "@/features/chat/group-conversations";
import { SaveProblem } from "@/components/page/save-problem";
import { EmptyState } from "@/components/page/settings-section";
import { PageBar } from "@/features/shell/app-frame";
import { usePageTitle } from "@/lib/page-title";
import { ApiProblem } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { m } from "@messages/chat";

export function ChatPage() {
  const params = useSearchParams();
  const id = params.get("id");
  const agents = useChatAgents();
  const conversations = useConversations();
  const conversation = useConversation(id);
  const lastAgent = useLastAgent(conversations.data, id === null);
  const agent = pickAgent(agents.data ?? [], conversation.data?.agentId ?? params.get("agent"), lastAgent);
  const title = id === null ? (agent === null ? m.chat : m.newChatWith(agent.name)) : (conversation.data?.title ?? m.chat);
  useKeptDraft(id, conversation.data?.draft);
  usePageTitle(title === "" ? m.chat : title);
  const folderId = id === null ? params.get("folder") : (conversation.data?.folderId ?? null);
  const error = (id === null ? null : conversation.error) ?? agents.error;
  const isLoading = !agents.data || (id === null ? !conversations.data && !conversations.error : !conversation.data);
  // One that was deleted elsewhere may still be known here.
  const isGone = error instanceof ApiProblem && error.problem.status === 404;
  if (error && (isGone || !agents.data || (id !== null && !conversation.data))) return <ChatProblem error={error} />;
  if (isLoading) return <ChatLoading />;
  if (agent === null) return agents.error ? <ChatProblem error={agents.error} /> : <NoAgent why={agents.whyNone} />;
  return (
    <>
      <ChatHeader title={title} agent={agent} agents={agents.data ?? []} folderId={folderId} isNew={id === null} />
      <ChatView
        key={id ?? `new-${agent.id}`}
        agent={agent}
        conversationId={id}
        folderId={folderId}
        stored={conversation.data?.messages ?? []}
        hasOlder={conversation.data?.hasOlder ?? false}
        isUnread={conversation.data?.isUnread ?? false}
        wantedId={params.get("message")}
        isForgotten={isForgotten(agent, conversation.data ?? null)}
        isUnknown={isUnknown(conversation.data ?? null)}
      />
    </>
  );
}

/** Whom a new chat is with by itself: it stays with them while it is shown, whatever happens to the list. */
const useLastAgent = (conversations: readonly Conversation[] | undefined, isNew: boolean): string | null => {
  const [kept, setKept] = useState<{ readonly agentId: string | null } | null>(null);
  if (!isNew && kept !== null) setKept(null);
  if (isNew && kept === null && conversations !== undefined) setKept({ agentId: lastAgentOf(conversations) });
  return kept?.agentId ?? null;
};

/** The agent of the conversation or the address, else the one spoken to last, else the first. */
const pickAgent = (agents: readonly ChatAgent[], wanted: string | null, last: string | null): ChatAgent | null =>
  agents.find(({ id }) => id === wanted) ?? agents.find(({ id }) => id === last) ?? agents[0] ?? null;

function ChatLoading() {
  return (
    <>
      <PageBar>
        <h1 className="sr-only">{m.chat}</h1>
        <span className="h-5 w-40 animate-pulse rounded-md bg-muted" />
      </PageBar>
      <ChatMainOutline />
    </>
  );
}

function ChatProblem({ error }: { readonly error: unknown }) {
  const client = useQueryClient();
  const isMissing = error instanceof ApiProblem && (error.problem.status === 404 || error.problem.status === 400);
  return (
    <>
      <PageBar>
        <h1 className="text-sm font-medium">{isMissing ? m.conversationNotFound : m.chat}</h1>
      </PageBar>
      <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-lg flex-1 content-center gap-4 p-6 outline-none">
        {isMissing ? (
          <EmptyState
            level={2}
            icon={<Bot aria-hidden />}
            title={m.thereIsNoSuchConversation}
            action={
              <Button asChild>
                <Link href="/chat">{m.startANewChat}</Link>
              </Button>
            }
          >
            {m.itMayHaveBeenDeleted}
          </EmptyState>
        ) : (
          <>
            <SaveProblem error={error} />
            <Button
              variant="secondary"
              className="justify-self-start"
              onClick={() => {
                void client.invalidateQueries({ queryKey: queryKeys.agents });
                void client.invalidateQueries({ queryKey: ["conversation"] });
              }}
            >
              {m.tryAgain}
            </Button>
          </>
        )}
      </main>
    </>
  );
}
