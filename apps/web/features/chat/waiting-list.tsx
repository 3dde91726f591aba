"use client";

import type { WaitingMessage } from "@mosaic/contracts/chat";
import { Clock, CornerDownLeft, Undo2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { restoreDraft } from "@/features/chat/drafts";
import type { Sending } from "@/features/chat/sending";
import { useSendNow, useTakeBack } from "@/features/chat/waiting-queries";
import { describeError } from "@/lib/api";
import { m } from "@messages/chat";

export interface WaitingListProps {
  readonly conversationId: string;
  readonly waiting: readonly WaitingMessage[];
  readonly isAnswering: boolean;
  /** Those that are on their way to the server. */
  readonly adding: readonly Sending[];
  /** Why the last one could not be added. */
  readonly refusal: unknown;
  readonly dismissRefusal: () => void;
}

/** Above the field: the messages that wait for the end of the answer, and what can be done about each. */
export function WaitingList({ conversationId, waiting, adding, isAnswering, refusal, dismissRefusal }: WaitingListProps) {
  const sendNow = useSendNow(conversationId);
  const takeBack = useTakeBack(conversationId);
  const forget = (): void => {
    for (const action of [sendNow, takeBack]) if (action.isError) action.reset();
    if (refusal !== null) dismissRefusal();
  };
  useOtherCount(waiting.length, forget);
  const error = sendNow.error ?? takeBack.error ?? refusal;
  if (waiting.length === 0 && adding.length === 0 && error === null) return null;
  const isBusy = sendNow.isPending || takeBack.isPending;
  const edit = async (message: WaitingMessage): Promise<void> => {
    forget();
    const content = await takeBack.mutateAsync(message).catch(() => null);
    if (content !== null) restoreDraft(conversationId, content);
  };
  return (
    <section aria-label={m.waitingMessages} className="mx-auto w-full max-w-3xl px-3 pb-2 sm:px-6">
      <div className="rounded-xl border border-border bg-card px-3 py-2 text-sm">
        {waiting.length === 0 ? null : (
          <p role="status" className="flex items-center gap-1.5 text-xs text-muted-foreground">
            <Clock aria-hidden className="size-3.5" />
            {isAnswering ? m.sentWhenThisAnswerIs : m.notSentSinceTheLast}
          </p>
        )}
        <ol className="mt-1 grid max-h-40 gap-1 overflow-y-auto">
          {waiting.map((message) => (
            <WaitingRow
              key={message.id}
              message={message}
              isBusy={isBusy}
              isAnswering={isAnswering}
              onSendNow={() => {
                forget();
                sendNow.mutate(message.id);
              }}
              onEdit={() => void edit(message)}
            />
          ))}
          {adding.map(({ id, content }) => (
            <li key={id} className="flex items-center gap-2">
              <p dir="auto" className="line-clamp-2 min-w-0 flex-1 break-words text-muted-foreground">
                {content}
              </p>
              <span role="status" className="text-xs text-muted-foreground">
                {m.reconnectingVisibly}
              </span>
            </li>
          ))}
        </ol>
        {error === null ? null : (
          <p role="alert" className="pt-1 text-xs text-destructive">
            {describeError(error).detail ?? describeError(error).title}
          </p>
        )}
      </div>
    </section>
  );
}

interface WaitingRowProps {
  readonly message: WaitingMessage;
  readonly isBusy: boolean;
  readonly isAnswering: boolean;
  readonly onSendNow: () => void;
  readonly onEdit: () => void;
}

function WaitingRow({ message: { content, isNext }, isBusy, isAnswering, onSendNow, onEdit }: WaitingRowProps) {
  return (
    <li className="flex items-center gap-2">
      <p dir="auto" className="line-clamp-2 min-w-0 flex-1 break-words">
        {content}
      </p>
      <Button
        size="sm"
        variant="ghost"
        disabled={isBusy || isNext}
        aria-label={m.sendNow(content.slice(0, 80))}
        title={isAnswering ? m.stopsTheAnswerAndSends : undefined}
        onClick={onSendNow}
      >
        <CornerDownLeft aria-hidden />
        {m.sendNowShort}
      </Button>
      <Button
        size="icon-sm"
        variant="ghost"
        disabled={isBusy}
        aria-label={m.takeBack(content.slice(0, 80))}
        title={m.takeBackToEditIt}
        onClick={onEdit}
      >
        <Undo2 aria-hidden />
      </Button>
    </li>
  );
}

/** What was said of the messages that waited is not true of others. */
const useOtherCount = (count: number, onOther: () => void): void => {
  const latest = useRef(onOther);
  useEffect(() => {
    latest.current = onOther;
  });
  const known = useRef(count);
  useEffect(() => {
    if (known.current !== count) latest.current();
    known.current = count;
  }, [count]);
};
