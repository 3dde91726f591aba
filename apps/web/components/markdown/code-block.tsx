"use client";

import { WrapText } from "lucide-react";
import { memo, useEffect, useId, useState, type CSSProperties, type ReactNode } from "react";
import { canHighlight, highlight, highlighted, type HighlightedLine } from "@/components/markdown/highlight";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { CopyButton } from "@/components/ui/copy-button";
import { m } from "@messages/markdown";

export interface CodeBlockProps {
  readonly code: string;
  readonly language: string;
  /** Its fence has not closed yet: it still grows. */
  readonly isOpen: boolean;
  /** More buttons, before those that every block has. */
  readonly actions?: ReactNode;
}

/** What reads differently from how it runs: marks that turn the direction of a text (`U+202E` and its like). */
const turnsDirection = /[\u202A-\u202E\u2066-\u2069]/u;

export const CodeBlock = memo(function CodeBlock({ code, language, isOpen, actions }: CodeBlockProps) {
  const [isWrapped, setWrapped] = useState(false);
  const lines = useHighlighted(code, language, !isOpen);
  const label = useId();
  return (
    <div dir="ltr" data-markdown="code" className="my-1 overflow-hidden rounded-lg border bg-card">
      <div className="flex min-h-10 items-center gap-1 bg-muted ps-4 pe-1 text-muted-foreground">
        <span id={label} className="min-w-0 flex-1 truncate font-mono text-xs">
          {language === "" ? m.plainText : language}
        </span>
        {actions}
        <Button
          variant="ghost"
          size="icon-sm"
          className={cn("text-muted-foreground", isWrapped && "bg-accent text-accent-foreground")}
          aria-label={m.wrapLines}
          aria-pressed={isWrapped}
          onClick={() => setWrapped(!isWrapped)}
        >
          <WrapText aria-hidden />
        </Button>
        <CopyButton text={code} label={m.copyCode} />
      </div>
      {turnsDirection.test(code) ? (
        <p className="border-t px-4 py-1.5 text-xs text-muted-foreground">{m.thisCodeHoldsHiddenMarks}</p>
      ) : null}
      {/* The keyboard scrolls it. */}
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-labelledby={label}
        role="group"
        className={cn(
          "max-h-[30rem] overflow-auto border-t text-foreground px-4 py-3.5 font-mono text-[0.8125rem] leading-[1.6]",
          isWrapped && "whitespace-pre-wrap [overflow-wrap:anywhere]",
        )}
      >
        <code>{lines === null ? code : <Lines lines={lines} />}</code>
      </pre>
    </div>
  );
});

/** The colours of a block, once it no longer grows; until then, and where there are none, `null`. */
const useHighlighted = (code: string, language: string, isWhole: boolean): readonly HighlightedLine[] | null => {
  const isWanted = canHighlight(code, language);
  const [colours, setColours] = useState<{ readonly code: string; readonly lines: readonly HighlightedLine[] | null } | null>(null);
  const before = isWanted ? highlighted(code, language) : null;
  useEffect(() => {
    if (!isWanted || !isWhole || before !== undefined) return;
    let isWatched = true;
    void highlight(code, language).then((lines) => {
      if (isWatched) setColours({ code, lines });
    });
    return () => {
      isWatched = false;
    };
  }, [code, language, isWanted, isWhole, before]);
  return before ?? (colours?.code === code ? colours.lines : null);
};

const coloured = (light: string, dark: string): CSSProperties => ({ ["--code-light" as string]: light, ["--code-dark" as string]: dark });

const Lines = memo(function Lines({ lines }: { readonly lines: readonly HighlightedLine[] }) {
  return lines.map((line, at) => (
    // Lines are known by their place: the text of a block is replaced as a whole.
    // oxlint-disable-next-line react/no-array-index-key
    <span key={at}>
      {line.map(([text, light, dark], place) => (
        // oxlint-disable-next-line react/no-array-index-key
        <span key={place} className="code-token" style={coloured(light, dark)}>
          {text}
        </span>
      ))}
      {at === lines.length - 1 ? "" : "\n"}
    </span>
  ));
});
