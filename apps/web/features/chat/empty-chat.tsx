"use client";

import { AgentFace } from "@/features/agents/agent-status";
import { useMe } from "@/features/auth/session";
import type { ChatAgent } from "@/features/chat/chat-agents";
import { writeDraft } from "@/features/chat/drafts";
import { suggestionsFor } from "@/features/chat/suggestions";
import { m } from "@messages/chat";

export interface EmptyChatProps {
  readonly agent: Pick<ChatAgent, "name" | "emoji" | "status" | "lastActiveAt" | "isSystem" | "suggestions" | "tools">;
  readonly draftKey: string;
}

export function EmptyChat({ agent, draftKey }: EmptyChatProps) {
  const suggest = (text: string): void => {
    writeDraft(draftKey, text);
    document.querySelector<HTMLTextAreaElement>("form textarea")?.focus();
  };
  return (
    <div className="m-auto grid w-full max-w-2xl animate-fade gap-8 py-8">
      <div className="grid justify-items-center gap-3 text-center">
        <AgentFace emoji={agent.emoji} name={agent.name} className="size-16 rounded-2xl text-4xl" />
        <Greeting agent={agent} />
      </div>
      <ul aria-label={m.suggestions} className="grid gap-2.5 sm:grid-cols-2">
        {suggestionsFor(agent).map(({ title, text }) => (
          <li key={text}>
            <button
              type="button"
              onClick={() => suggest(text)}
              className="grid h-full w-full content-start gap-0.5 rounded-xl border bg-card p-3.5 text-start shadow-xs transition-colors hover:border-input hover:bg-accent/60"
            >
              {title === null ? null : <span className="text-sm font-medium">{title}</span>}
              <span dir="auto" className="break-words text-[0.8125rem] leading-snug text-muted-foreground">
                {text}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** An agent that nobody has spoken to yet introduces itself. */
function Greeting({ agent }: Pick<EmptyChatProps, "agent">) {
  const me = useMe().data;
  const isNew = agent.lastActiveAt === null && !agent.isSystem;
  return (
    <>
      <h2 className="text-balance text-2xl font-semibold tracking-tight break-words">
        {isNew ? (me === undefined ? m.helloIm(agent.name) : m.helloYou(me.displayName, agent.name)) : m.howCanHelp(agent.name)}
      </h2>
      <p className="max-w-md text-balance text-sm text-muted-foreground">
        {isNew ? m.imYourOwnAssistantAnd : ""}
        {agent.status === "running" ? (isNew ? m.askMeAnything : m.yourAgentIsRunningAnd) : wakingText(isNew)}
      </p>
    </>
  );
}

const wakingText = (isNew: boolean): string => (isNew ? m.iWakeUp : m.whenYouSendTheFirst);
