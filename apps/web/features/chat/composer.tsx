"use client";

import { messageMaxCharacters } from "@mosaic/contracts/chat";
import { ArrowUp, Square } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from "react";
import { Button } from "@/components/ui/button";
import { useDraft, writeDraft } from "@/features/chat/drafts";
import { useIsOnline } from "@/features/shell/online";

export interface ComposerProps {
  readonly draftKey: string;
  readonly agentName: string;
  readonly isAnswering: boolean;
  readonly isSending: boolean;
  readonly onSend: (content: string) => void;
  readonly onStop: () => void;
}

const maxHeightPx = 260;

/** Grows with its text, up to a third of a usual screen. */
const useAutosize = (field: RefObject<HTMLTextAreaElement | null>, text: string): void => {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(maxHeightPx, element.scrollHeight)}px`;
  }, [field, text]);
};

export function Composer({ draftKey, agentName, isAnswering, isSending, onSend, onStop }: ComposerProps) {
  const text = useDraft(draftKey);
  const isOnline = useIsOnline();
  const field = useRef<HTMLTextAreaElement>(null);
  const length = [...text].length;
  const isTooLong = text.length > messageMaxCharacters;
  const canSend = text.trim() !== "" && !isTooLong && !isAnswering && !isSending && isOnline;
  useAutosize(field, text);
  useEffect(() => {
    // On a touch screen the focus would open the keyboard over what is to be read.
    if (!window.matchMedia("(pointer: coarse)").matches) field.current?.focus({ preventScroll: true });
  }, [draftKey]);
  const submit = (): void => {
    if (!canSend) return;
    writeDraft(draftKey, "");
    onSend(text);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While a word is being composed (Japanese, Chinese …), Enter belongs to the input method.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      aria-label="Message"
      className="mx-auto w-full max-w-3xl px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex items-end gap-2 rounded-2xl border border-input bg-card p-2 pl-4 shadow-sm focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/35">
        <textarea
          ref={field}
          aria-label={`Message ${agentName}`}
          aria-describedby="composer-hint"
          rows={1}
          dir="auto"
          value={text}
          placeholder={`Message ${agentName}`}
          onChange={(event) => writeDraft(draftKey, event.target.value)}
          onKeyDown={onKeyDown}
          className="min-h-9 flex-1 resize-none bg-transparent py-1.5 text-base leading-6 outline-none placeholder:text-muted-foreground sm:text-[0.9375rem]"
        />
        <SendOrStop isAnswering={isAnswering} canSend={canSend} onStop={onStop} />
      </div>
      <ComposerHint isTooLong={isTooLong} length={length} />
    </form>
  );
}

function SendOrStop({ isAnswering, canSend, onStop }: { readonly isAnswering: boolean; readonly canSend: boolean; readonly onStop: () => void }) {
  if (isAnswering) {
    return (
      <Button size="icon" aria-label="Stop answering" className="rounded-xl" onClick={onStop}>
        <Square aria-hidden fill="currentColor" className="size-3.5!" />
      </Button>
    );
  }
  return (
    <Button type="submit" size="icon" aria-label="Send message" className="rounded-xl" disabled={!canSend}>
      <ArrowUp aria-hidden />
    </Button>
  );
}

function ComposerHint({ isTooLong, length }: { readonly isTooLong: boolean; readonly length: number }) {
  return (
    <p id="composer-hint" className="px-2 pt-1.5 text-center text-xs text-muted-foreground">
      {isTooLong ? (
        <span role="alert" className="text-destructive">
          Too long: {length.toLocaleString()} of {messageMaxCharacters.toLocaleString()} characters.
        </span>
      ) : (
        <>
          <span className="max-sm:hidden">Enter sends, Shift + Enter starts a new line, Escape stops. </span>Agents can be wrong.
        </>
      )}
    </p>
  );
}
