"use client";

import { messageMaxCharacters } from "@mosaic/contracts/chat";
import type { ChatFile } from "@mosaic/contracts/files";
import { ArrowUp, Square } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { cn } from "@/components/ui/cn";
import { Button } from "@/components/ui/button";
import { KeyHint } from "@/features/chat/key-hint";
import { useDraft, writeDraft } from "@/features/chat/drafts";
import { AttachButton, FileDrafts, useComposerFiles } from "@/features/chat/files/composer-files";
import { useIsOnline } from "@/features/shell/online";
import { isComposing } from "@/lib/composing";
import { formatNumber } from "@/lib/count";
import { m } from "@messages/chat";

export interface ComposerProps {
  readonly draftKey: string;
  readonly agentName: string;
  /** Takes the place of the hint below the field, so that nothing moves. */
  readonly notice: string | null;
  /** Why nothing can be sent now, and what to do about it. */
  readonly obstacle: ReactNode;
  readonly isAnswering: boolean;
  readonly isSending: boolean;
  /** During an answer: has it wait for the end of that. */
  readonly onSend: (content: string, files: readonly ChatFile[]) => void;
  readonly onStop: () => void;
  /** Stands before the button that sends. */
  readonly dictation?: ReactNode;
}

const textClasses = "col-start-1 row-start-1 py-1.5 text-base leading-6 sm:text-[0.9375rem]";

/** Not on a touch screen, where the focus would open the keyboard over what is to be read. Whoever was typing goes on at the end. */
const useFirstFocus = (field: RefObject<HTMLTextAreaElement | null>): void => {
  useEffect(() => {
    if (window.matchMedia("(pointer: coarse)").matches) return;
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [field]);
};

const isSendKey = ({ key, shiftKey, nativeEvent }: KeyboardEvent): boolean => key === "Enter" && !shiftKey && !isComposing(nativeEvent);

export function Composer({ draftKey, agentName, notice, obstacle, isAnswering, isSending, onSend, onStop, dictation }: ComposerProps) {
  const text = useDraft(draftKey);
  const isOnline = useIsOnline();
  const field = useRef<HTMLTextAreaElement>(null);
  const [isTooLong, isBlocked] = [text.length > messageMaxCharacters, obstacle !== null];
  const files = useComposerFiles(draftKey, isBlocked, isAnswering);
  const hasContent = text.trim() !== "" || files.count > 0;
  const canSend = !isBlocked && hasContent && files.areFine && !isTooLong && !isSending && isOnline;
  useFirstFocus(field);
  const submit = (event: { preventDefault: () => void }): void => {
    event.preventDefault();
    if (!canSend) return;
    writeDraft(draftKey, "");
    onSend(text, files.take());
  };
  return (
    <form
      aria-label={m.message}
      className="mx-auto w-full max-w-3xl px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6"
      onSubmit={submit}
    >
      <FileDrafts draftKey={draftKey} isDropping={files.isDropping} isAnswering={isAnswering} />
      <div className="flex items-end gap-2 rounded-2xl border border-input bg-card p-2 ps-4 shadow-sm focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/35">
        <AttachButton draftKey={draftKey} isDisabled={isBlocked} />
        {/* The text once more as generated content gives the cell its height, and so the field, up to a third of a usual screen. */}
        <div
          data-text={`${text} `}
          className={cn(
            "grid min-w-0 flex-1 after:invisible after:max-h-64 after:overflow-hidden after:whitespace-pre-wrap after:break-words after:content-[attr(data-text)]",
            "after:col-start-1 after:row-start-1 after:py-1.5 after:text-base after:leading-6 sm:after:text-[0.9375rem]",
          )}
        >
          <textarea
            ref={field}
            aria-label={m.messageTo(agentName)}
            aria-describedby="composer-hint"
            rows={1}
            dir="auto"
            value={text}
            disabled={isBlocked}
            placeholder={m.messageTo(agentName)}
            onChange={(event) => writeDraft(draftKey, event.target.value)}
            onKeyDown={(event) => (isSendKey(event) ? submit(event) : undefined)}
            className={cn(
              textClasses,
              "min-h-9 resize-none bg-transparent outline-none placeholder:text-muted-foreground disabled:cursor-not-allowed",
            )}
          />
        </div>
        {dictation}
        <SendOrStop isAnswering={isAnswering} hasText={hasContent} canSend={canSend} onStop={onStop} />
      </div>
      <ComposerHint isTooLong={isTooLong} length={text.length} notice={notice} obstacle={obstacle} isAnswering={isAnswering} />
    </form>
  );
}

function SendOrStop({
  isAnswering,
  hasText,
  canSend,
  onStop,
}: {
  readonly isAnswering: boolean;
  readonly hasText: boolean;
  readonly canSend: boolean;
  readonly onStop: () => void;
}) {
  return (
    <>
      {isAnswering ? (
        <Button
          size="icon"
          variant={hasText ? "secondary" : "primary"}
          aria-label={m.stopAnswering}
          className="rounded-xl"
          onClick={onStop}
        >
          <Square aria-hidden fill="currentColor" className="size-3.5!" />
        </Button>
      ) : null}
      {isAnswering && !hasText ? null : (
        <Button
          type="submit"
          size="icon"
          aria-label={isAnswering ? m.sendAfterThisAnswer : m.sendMessage}
          className="rounded-xl"
          disabled={!canSend}
        >
          <ArrowUp aria-hidden />
        </Button>
      )}
    </>
  );
}

interface ComposerHintProps extends Pick<ComposerProps, "notice" | "obstacle" | "isAnswering"> {
  readonly isTooLong: boolean;
  readonly length: number;
}

function ComposerHint({ isTooLong, length, notice, obstacle, isAnswering }: ComposerHintProps) {
  if (obstacle !== null) {
    return (
      <p id="composer-hint" className="px-2 pt-1.5 text-center text-sm">
        {obstacle}
      </p>
    );
  }
  return (
    <div id="composer-hint" className="px-2 pt-1.5 text-center text-xs text-muted-foreground">
      <p role="status" className="break-words">
        {notice === null ? null : (
          <>
            {notice}
            <span className="max-sm:hidden">{m.toTakeOverAChange}</span>.
          </>
        )}
      </p>
      {isTooLong ? (
        <p role="alert" className="text-destructive">
          {m.tooLongOfCharacters(formatNumber(length), formatNumber(messageMaxCharacters))}
        </p>
      ) : null}
      {isTooLong || notice !== null ? null : <KeyHint isAnswering={isAnswering} />}
    </div>
  );
}
