"use client";

import { Component, memo, useMemo, type ReactNode } from "react";
import { Markdown } from "@/components/markdown/markdown";
import { whyPlain } from "@/features/chat/markdown-bounds";
import { PlainText } from "@/features/chat/plain-text";

export interface AnswerTextProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/** What an agent wrote: laid out where that is possible. Whatever an answer holds, it takes no other down with it. */
export const AnswerText = memo(function AnswerText({ text, isStreaming }: AnswerTextProps) {
  const reason = useMemo(() => whyPlain(text), [text]);
  if (reason !== null) return <PlainText text={text} reason={reason} />;
  return (
    <PlainWhenItFails text={text}>
      <Markdown text={text} isStreaming={isStreaming} />
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
