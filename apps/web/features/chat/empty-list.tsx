"use client";

import type { Agent } from "@mosaic/contracts/agent";
import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import type { ListFilter } from "@/features/chat/conversation-cache";
import { m } from "@messages/chat";
import { m as folders } from "@messages/folders";

/** What a list without conversations says. */
export function EmptyList({ agents, filter }: { readonly agents: readonly Agent[]; readonly filter: ListFilter }) {
  const agent = agents.find(({ id }) => id === filter.agentId);
  return (
    <p className="px-2 py-2 text-sm text-muted-foreground">
      {filter.folderId !== null && !filter.isArchived ? folders.empty : textFor(agent, filter.isArchived)}
    </p>
  );
}

const textFor = (agent: Agent | undefined, isArchived: boolean): ReactNode => {
  if (isArchived) {
    const nothing = agent === undefined ? m.nothingIsArchived : m.nothingWithIsArchived(agent.name);
    return m.toPutAConversationAway(nothing);
  }
  if (agent === undefined) return m.yourConversationsWillBeListed;
  return (
    <>
      {m.noConversationWith(agent.name)}{" "}
      <Link href={`/chat?agent=${agent.id}`} className="text-primary underline underline-offset-4">
        {m.startOne}
      </Link>
    </>
  );
};
