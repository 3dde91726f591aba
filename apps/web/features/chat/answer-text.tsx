"use client";

import { Component, memo, useDeferredValue, useMemo, useState, type ReactNode } from "react";
import { Markdown } from "@/components/markdown/markdown";
import { startLayout } from "@/features/chat/markdown-chunks";
import { PlainText } from "@/features/chat/plain-text";

export interface AnswerTextProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/**
 * What an agent wrote: laid out where that is possible. Whatever an answer holds, it takes no other down with it. While it grows, only its last chunk is
 * parsed and rendered again.
 */
export const AnswerText = memo(function AnswerText({ text: newest, isStreaming }: AnswerTextProps) {
  // What is typed, pressed or scrolled meanwhile comes first.
  const text = useDeferredValue(newest);
  const [layOut] = useState(startLayout);
  const layout = useMemo(() => layOut(text), [layOut, text]);
  if ("reason" in layout) return <PlainText text={text} reason={layout.reason} />;
  const placed = layout.chunks.map((chunk, place) => ({ chunk, key: String(place), isLast: place === layout.chunks.length - 1 }));
  return (
    <PlainWhenItFails text={text}>
      <div className="grid min-w-0 gap-3.5">
        {placed.map(({ chunk, key, isLast }) => (
          <Markdown key={key} text={chunk} isStreaming={isStreaming && isLast} />
        ))}
      </div>
    </PlainWhenItFails>
  );
});

interface BoundaryProps {
  readonly text: string;
  readonly children: ReactNode;
}

/** React has error boundaries as classes only. A fault stays until the page is opened again: each word that follows would meet it once more. */
class PlainWhenItFails extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <PlainText text={this.props.text} reason="failed" /> : this.props.children;
  }
}
