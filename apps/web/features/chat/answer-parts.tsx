"use client";

import type { MessagePart, ToolCallPart } from "@mosaic/contracts/message-parts";
import { Brain, ChevronRight, CircleAlert, CircleArrowOutUpRight, CircleCheck, CircleDashed, Info, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { AnswerText } from "@/features/chat/answer-text";
import { MadeFile } from "@/features/chat/files/message-files";
import { said } from "@/lib/said";
import { formatElapsed } from "@/lib/time";
import { m } from "@messages/chat";

export interface AnswerPartsProps {
  readonly parts: readonly MessagePart[];
  readonly isStreaming: boolean;
}

/** What an answer is made of, in the order in which it came. A part is known by its place: parts are only added, and the last one grows. */
export function AnswerParts({ parts, isStreaming }: AnswerPartsProps) {
  const placed = parts.map((part, place) => ({ part, key: String(place), isLast: place === parts.length - 1 }));
  return placed.map(({ part, key, isLast }) => (
    <AnswerPart key={key} part={part} isGrowing={isStreaming && isLast} isStreaming={isStreaming} />
  ));
}

interface AnswerPartProps {
  readonly part: MessagePart;
  readonly isGrowing: boolean;
  readonly isStreaming: boolean;
}

function AnswerPart({ part, isGrowing, isStreaming }: AnswerPartProps) {
  switch (part.type) {
    case "text":
      return part.text === "" ? null : <AnswerText text={part.text} isStreaming={isGrowing} />;
    case "reasoning":
      return (
        <Aside icon={Brain} title={isGrowing ? m.thinking : m.thoughts}>
          <p dir="auto" className="whitespace-pre-wrap break-words">
            {part.text}
          </p>
        </Aside>
      );
    case "tool_call":
      return <ToolCall call={part} isStreaming={isStreaming} />;
    case "file":
      return <MadeFile file={part} />;
    case "notice":
      return <Line icon={Info}>{said(part.text)}</Line>;
    default:
      // A newer server's.
      return null;
  }
}

const states = {
  running: { icon: CircleDashed, title: m.isRunning, tone: "motion-safe:animate-spin" },
  completed: { icon: CircleCheck, title: m.toolDone, tone: "text-success" },
  failed: { icon: CircleAlert, title: m.toolFailed, tone: "text-destructive" },
  unfinished: { icon: CircleDashed, title: m.didNotEnd, tone: "" },
} as const;

function ToolCall({ call, isStreaming }: { readonly call: ToolCallPart; readonly isStreaming: boolean }) {
  const { icon, title, tone } = states[call.state === "running" && !isStreaming ? "unfinished" : call.state];
  if (call.isForClient === true) {
    return (
      <Aside icon={CircleArrowOutUpRight} title={m.askedYourProgram(call.name)}>
        <ToolTexts call={call} />
      </Aside>
    );
  }
  return (
    <Aside
      icon={icon}
      iconClassName={tone}
      title={
        <>
          <span className="font-mono">{call.name}</span> {title}
          {call.elapsedMs === undefined ? null : <span className="tabular-nums"> · {formatElapsed(Math.ceil(call.elapsedMs / 1000))}</span>}
        </>
      }
    >
      <ToolTexts call={call} />
    </Aside>
  );
}

function ToolTexts({ call }: { readonly call: ToolCallPart }) {
  return (
    <>
      {call.input === undefined ? null : <ToolText label={m.given} text={call.input} />}
      {call.output === undefined ? null : <ToolText label={m.result} text={call.output} />}
      {call.input === undefined && call.output === undefined ? <p>{m.theAgentToldNothingAbout}</p> : null}
    </>
  );
}

function ToolText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div className="grid min-w-0 gap-1">
      <p className="text-xs font-medium">{label}</p>
      <pre dir="auto" aria-label={label} className="whitespace-pre-wrap break-words rounded-md bg-muted p-2 text-xs">
        {text}
      </pre>
    </div>
  );
}

/** What stands beside the answer, closed until somebody wants to see it. */
function Aside(props: {
  readonly icon: LucideIcon;
  readonly iconClassName?: string;
  readonly title: ReactNode;
  readonly children: ReactNode;
}) {
  const { icon: Icon, iconClassName, title, children } = props;
  return (
    <details className="group/aside min-w-0 text-sm text-muted-foreground">
      <summary className="flex w-fit cursor-pointer list-none items-center gap-2 rounded-md py-1 pe-2 hover:text-foreground [&::-webkit-details-marker]:hidden">
        <Icon aria-hidden className={cn("size-4 shrink-0", iconClassName)} />
        <span className="break-all">{title}</span>
        <ChevronRight aria-hidden className="size-4 shrink-0 transition-transform group-open/aside:rotate-90" />
      </summary>
      <div className="ms-2 grid min-w-0 gap-2 border-s-2 border-border py-1 ps-4">{children}</div>
    </details>
  );
}

function Line({ icon: Icon, children }: { readonly icon: LucideIcon; readonly children: ReactNode }) {
  return (
    <p className="flex items-center gap-2 text-sm text-muted-foreground">
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="break-all">{children}</span>
    </p>
  );
}
