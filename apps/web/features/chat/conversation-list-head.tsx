"use client";

import type { Agent } from "@mosaic/contracts/agent";
import { Archive, ArrowLeft } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { Tooltip } from "@/components/ui/tooltip";
import type { ListFilter } from "@/features/chat/conversation-cache";
import { listByAgent, showList } from "@/features/chat/list-view";
import { m } from "@messages/chat";

const byDay = "by-day";
const byAgent = "by-agent";

/** What the list shows, and what else it can. */
export function ConversationListHead({ agents, filter }: { readonly agents: readonly Agent[]; readonly filter: ListFilter }) {
  const { agentId, isArchived } = filter;
  const all = listByAgent.use() ? byAgent : byDay;
  const other = isArchived ? m.backToConversations : m.archivedConversations;
  return (
    <div className="grid gap-1.5 px-3 pb-2 pt-1">
      <div className="flex items-center gap-1 ps-2">
        <h2 className="flex-1 text-sm font-medium">{isArchived ? m.archived : m.conversations}</h2>
        <Tooltip text={other}>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={other}
            className="me-0.5 text-muted-foreground"
            onClick={() => showList({ isArchived: !isArchived })}
          >
            {isArchived ? <ArrowLeft aria-hidden /> : <Archive aria-hidden />}
          </Button>
        </Tooltip>
      </div>
      {agents.length > 1 ? (
        <Select
          aria-label={m.showConversationsWith}
          className="h-8 text-[0.8125rem]"
          value={agentId ?? all}
          onChange={(value) => {
            if (value === byDay || value === byAgent) listByAgent.set(value === byAgent);
            showList({ agentId: agents.some(({ id }) => id === value) ? value : null });
          }}
          groups={[
            {
              label: "",
              options: [
                { value: byDay, label: m.allByDay },
                { value: byAgent, label: m.allByAgent },
                ...agents.map(({ id, name, emoji }) => ({ value: id, label: `${emoji} ${name}`.trim() })),
              ],
            },
          ]}
        />
      ) : null}
    </div>
  );
}
