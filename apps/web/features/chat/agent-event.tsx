"use client";

import type { AgentEventKind } from "@mosaic/contracts/agent-event";
import type { Message } from "@mosaic/contracts/chat";
import { CircleAlert, Info } from "lucide-react";
import { memo, useState } from "react";
import { cn } from "@/components/ui/cn";
import { CopyButton } from "@/components/ui/copy-button";
import { AgentFace } from "@/features/agents/agent-status";
import { AnswerParts } from "@/features/chat/answer-parts";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { formatTime } from "@/lib/time";
import { m } from "@messages/chat";

/** Whose words these are stands above them, in every kind: none may pass for Mosaic's own. */
const headings = {
  assistant: (name) => m.wroteWithoutBeingAsked(name),
  system: (name) => m.noteFrom(name),
  error: (name) => m.reportsAnError(name),
} as const satisfies Record<AgentEventKind, (name: string) => string>;

const boxes = {
  assistant: "",
  system: "rounded-xl border bg-muted/40 px-4 py-3",
  error: "rounded-xl border border-destructive/40 bg-destructive/5 px-4 py-3",
} as const satisfies Record<AgentEventKind, string>;

export interface AgentEventMessageProps {
  readonly message: Message;
  readonly kind: AgentEventKind;
  readonly agent: Pick<ChatAgent, "name" | "emoji">;
}

/** What an agent has said by itself. Only what it says as itself is drawn as an answer is; the rest is plain text. */
export const AgentEventMessage = memo(function AgentEventMessage({ message, kind, agent }: AgentEventMessageProps) {
  const heading = headings[kind](agent.name);
  return (
    <article aria-label={heading} className="group flex gap-3">
      <AgentFace emoji={agent.emoji} className="mt-0.5 hidden sm:grid" />
      <div className="grid min-w-0 flex-1 gap-2">
        <p className="flex items-center gap-2 text-sm font-medium leading-8">
          <AgentFace emoji={agent.emoji} className="size-6 rounded-md text-sm sm:hidden" />
          {kind === "error" ? <CircleAlert aria-hidden className="size-4 text-destructive" /> : null}
          {kind === "system" ? <Info aria-hidden className="size-4 text-muted-foreground" /> : null}
          {heading}
        </p>
        <div className={cn("min-w-0", boxes[kind])} data-agent-event={kind}>
          {kind === "assistant" ? (
            <div className="grid gap-3">
              <AnswerParts parts={message.parts} isStreaming={false} />
            </div>
          ) : (
            <p dir="auto" className="whitespace-pre-wrap break-words text-sm leading-relaxed">
              {message.content}
            </p>
          )}
        </div>
        <div className="-ms-1 flex h-7 items-center gap-1 text-muted-foreground opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 group-data-last/item:opacity-100 pointer-coarse:opacity-100">
          <CopyButton text={message.content} label={m.copyMessage} />
          <time dateTime={message.createdAt} className="text-xs">
            {formatTime(message.createdAt)}
          </time>
        </div>
      </div>
    </article>
  );
});

const longestSpoken = 1_000;

/** Tells a screen reader what the agent says by itself while its conversation is open. */
export function AgentEventAnnouncement({ stored, agentName }: { readonly stored: readonly Message[]; readonly agentName: string }) {
  const last = stored.findLast(({ agentEvent }) => agentEvent !== undefined);
  const [atFirst] = useState(last?.id);
  const kind = last?.agentEvent;
  const text =
    last === undefined || kind === undefined || last.id === atFirst
      ? ""
      : `${headings[kind](agentName)}: ${last.content.slice(0, longestSpoken)}`;
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
