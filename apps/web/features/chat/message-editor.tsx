"use client";

import { messageMaxCharacters } from "@mosaic/contracts/chat";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { isComposing } from "@/lib/composing";
import { m } from "@messages/chat";

export interface MessageEditorProps {
  readonly text: string;
  /** Nothing can be sent meanwhile. */
  readonly isAnswering: boolean;
  /** It was opened just now, and did not only come back into view. */
  readonly takesFocus: boolean;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
  readonly onCancel: () => void;
}

/** A person's message, to be sent anew. Enter sends it, Escape leaves it as it was. */
export function MessageEditor({ text, isAnswering, takesFocus, onChange, onSend, onCancel }: MessageEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const isTooLong = text.length > messageMaxCharacters;
  const canSend = text.trim() !== "" && !isTooLong && !isAnswering;
  useEffect(() => {
    if (!takesFocus) return;
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [takesFocus]);
  const submit = (event: { preventDefault: () => void }): void => {
    event.preventDefault();
    if (canSend) onSend();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    } else if (event.key === "Enter" && !event.shiftKey) submit(event);
  };
  return (
    <form aria-label={m.editMessage} className="grid w-full gap-2" onSubmit={submit}>
      <textarea
        ref={field}
        aria-label={m.yourMessage}
        aria-describedby={hintId}
        aria-invalid={isTooLong}
        dir="auto"
        rows={Math.min(12, text.split("\n").length + 1)}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="w-full resize-y rounded-2xl border border-input bg-card px-4 py-2.5 leading-relaxed outline-none focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/35"
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p id={hintId} className="me-auto text-xs text-muted-foreground">
          {isTooLong ? m.thisMessageIsTooLong : isAnswering ? m.editCanBeSentOnce : m.yourFirstVersionIsKept}
        </p>
        <Button variant="secondary" size="sm" onClick={onCancel}>
          {m.cancel}
        </Button>
        <Button type="submit" size="sm" aria-disabled={!canSend}>
          {m.send}
        </Button>
      </div>
    </form>
  );
}
