"use client";

import { Link } from "@/components/ui/link";
import { useEffect, useRef, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { plainOrMarked } from "@/features/chat/search/marked-text";
import type { ConversationHits } from "@/features/chat/search/search-queries";
import { formatTime } from "@/lib/time";
import { m } from "@messages/search";

export const listId = "search-results";
/** Of the element that leads there. */
export const optionId = (href: string): string => `${listId}-${href.replaceAll(/[^\w-]+/g, "-")}`;

const addressOf = (conversationId: string, messageId?: string): string =>
  `/chat?id=${conversationId}${messageId === undefined ? "" : `&message=${messageId}`}`;

/** Where what can be chosen leads, in the order in which it shows. */
export const addressesOf = (groups: readonly ConversationHits[]): string[] =>
  groups.flatMap(({ conversationId, isTitle, messages }) => [
    ...(isTitle ? [addressOf(conversationId)] : []),
    ...messages.map(({ id }) => addressOf(conversationId, id)),
  ]);

interface Choice {
  /** Where the chosen one leads. */
  readonly active: string | undefined;
  readonly onActive: (href: string) => void;
  readonly onOpened: () => void;
}

interface SearchResultsProps {
  readonly groups: readonly ConversationHits[];
  readonly agents: readonly ChatAgent[];
  readonly choice: Choice;
  /** What comes before them. */
  readonly children: ReactNode;
}

export function SearchResults({ groups, agents, choice, children }: SearchResultsProps) {
  return (
    <div id={listId} role="listbox" aria-label={m.results} className="grid gap-2 empty:hidden">
      {children}
      {groups.map((group) => (
        <ConversationResults
          key={group.conversationId}
          group={group}
          agent={agents.find(({ id }) => id === group.agentId)}
          choice={choice}
        />
      ))}
    </div>
  );
}

interface ConversationResultsProps {
  readonly group: ConversationHits;
  readonly agent: ChatAgent | undefined;
  readonly choice: Choice;
}

function ConversationResults({ group: { conversationId, title, isTitle, messages }, agent, choice }: ConversationResultsProps) {
  const heading = (
    <span className="flex min-w-0 items-center gap-2">
      {agent === undefined ? null : <span aria-hidden>{agent.emoji}</span>}
      <span dir="auto" className="truncate font-medium">
        {plainOrMarked(title)}
      </span>
    </span>
  );
  return (
    <div role="group" aria-label={title.text} className="grid gap-0.5">
      {isTitle ? (
        <ResultOption href={addressOf(conversationId)} choice={choice}>
          {heading}
        </ResultOption>
      ) : (
        <div className="px-3 pb-0.5 pt-1.5 text-sm text-muted-foreground">{heading}</div>
      )}
      {messages.map(({ id, role, createdAt, snippet }) => (
        <ResultOption key={id} href={addressOf(conversationId, id)} choice={choice}>
          <span className="flex items-baseline justify-between gap-3 text-xs text-muted-foreground">
            <span className="truncate">{role === "user" ? m.you : (agent?.name ?? m.agent)}</span>
            <time dateTime={createdAt} className="shrink-0">
              {formatTime(createdAt)}
            </time>
          </span>
          <span dir="auto" className="line-clamp-3 wrap-anywhere">
            {plainOrMarked(snippet)}
          </span>
        </ResultOption>
      ))}
    </div>
  );
}

interface ResultOptionProps {
  readonly href: string;
  readonly choice: Choice;
  readonly children: ReactNode;
}

/** A link, so that it opens in a new tab as links do. The focus stays in the field. */
function ResultOption({ href, choice: { active, onActive, onOpened }, children }: ResultOptionProps) {
  const isActive = href === active;
  const element = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    <Link
      ref={element}
      id={optionId(href)}
      href={href}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      className={cn("grid scroll-my-2 gap-0.5 rounded-lg px-3 py-2 text-sm outline-none", isActive && "bg-accent text-accent-foreground")}
      onMouseMove={() => (isActive ? undefined : onActive(href))}
      onClick={(event) => {
        if (!event.metaKey && !event.ctrlKey && !event.shiftKey) onOpened();
      }}
    >
      {children}
    </Link>
  );
}
