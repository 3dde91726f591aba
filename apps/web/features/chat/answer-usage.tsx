"use client";

import type { AnswerUsage } from "@mosaic/contracts/message-parts";
import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";
import { cn } from "@/components/ui/cn";
import { costText, percentOf } from "@/features/chat/usage-text";
import { formatNumber } from "@/lib/count";
import { m } from "@messages/chat";

/** What an answer took: one quiet line, and the rest on demand. */
export function AnswerUsageLine({ usage }: { readonly usage: AnswerUsage }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const text = summaryOf(usage);
  return (
    <>
      <button
        type="button"
        aria-label={m.useOfThisAnswer(text)}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        className="ms-1 flex min-h-6 items-center gap-1 rounded-md px-1 text-xs hover:bg-accent hover:text-accent-foreground"
      >
        {text}
        <ChevronDown aria-hidden className={cn("size-3 transition-transform", isOpen && "rotate-180")} />
      </button>
      {isOpen ? <UsageDetails id={id} usage={usage} /> : null}
    </>
  );
}

/** How full the context is stands here too: it says when a conversation is to come to its end. */
const summaryOf = ({ inputTokens, outputTokens, contextTokens, contextWindow, costMicros }: AnswerUsage): string =>
  [
    m.tokens(count(inputTokens + outputTokens)),
    ...(contextTokens === undefined || contextWindow === undefined ? [] : [m.ofTheContext(percentOf(contextTokens, contextWindow))]),
    ...(costMicros === undefined ? [] : [costText(costMicros)]),
  ].join(" · ");

function UsageDetails({ id, usage }: { readonly id: string; readonly usage: AnswerUsage }) {
  const { inputTokens, outputTokens, cachedTokens, contextTokens, contextWindow, costMicros, model } = usage;
  const rows: readonly (readonly [string, string | null])[] = [
    [m.model, model ?? null],
    [m.read, cachedTokens === 0 ? m.tokens(count(inputTokens)) : m.tokensCached(count(inputTokens), count(cachedTokens))],
    [m.wrote, m.tokens(count(outputTokens))],
    [m.context, contextTokens === undefined ? null : contextText(contextTokens, contextWindow)],
    [m.cost, costMicros === undefined ? null : costText(costMicros)],
  ];
  return (
    <dl id={id} data-details className="grid basis-full grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 pb-1 ps-1 pt-0.5 text-xs">
      {rows.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className="col-span-2 grid grid-cols-subgrid">
            <dt>{name}</dt>
            <dd className="min-w-0 break-all text-foreground">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

const contextText = (tokens: number, room: number | undefined): string =>
  room === undefined ? m.tokens(count(tokens)) : m.ofTokens(count(tokens), count(room), percentOf(tokens, room));

const count = formatNumber;
