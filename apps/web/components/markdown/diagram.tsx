"use client";

import { Code } from "lucide-react";
import { useTheme } from "next-themes";
import { memo, useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { CodeBlock } from "@/components/markdown/code-block";
import { drawDiagram, drawnBefore, type Drawing, type DrawingResult } from "@/components/markdown/diagram-renderer";
import { Button } from "@/components/ui/button";
import { m } from "@messages/markdown";

/** A diagram of Mermaid, drawn when it comes near to what is seen. What can't be drawn is shown as its source, with the reason. */
export const Diagram = memo(function Diagram({ source }: { readonly source: string }) {
  const place = useRef<HTMLDivElement>(null);
  const result = useDrawing(place, source);
  const [isSource, setSource] = useState(false);
  const isDrawn = result !== undefined && "svg" in result;
  const toggle = isDrawn ? (
    <Button
      variant="ghost"
      size="icon-sm"
      className="text-muted-foreground"
      aria-label={m.showSource}
      aria-pressed={isSource}
      onClick={() => setSource(!isSource)}
    >
      <Code aria-hidden />
    </Button>
  ) : null;
  return (
    <div ref={place} className="grid min-w-0 gap-1.5">
      {isDrawn && !isSource ? (
        <Picture drawing={result} toggle={toggle} />
      ) : (
        <CodeBlock code={source} language="mermaid" isOpen={result === undefined} actions={toggle} />
      )}
      {result === undefined ? <p className="text-sm text-muted-foreground">{m.theDiagramIsBeingDrawn}</p> : null}
      {result !== undefined && "fault" in result ? (
        <div className="grid gap-1 text-sm text-muted-foreground">
          <p>{m.thisDiagramCouldNotBe}</p>
          <p dir="ltr" className="whitespace-pre-wrap font-mono text-xs [overflow-wrap:anywhere]">
            {result.fault}
          </p>
        </div>
      ) : null}
    </div>
  );
});

function Picture({ drawing, toggle }: { readonly drawing: Drawing; readonly toggle: ReactNode }) {
  const name = drawing.title === "" ? m.diagramItsSourceTellsWhat : m.diagramNamed(drawing.title);
  return (
    <div data-markdown="diagram" className="my-1 overflow-hidden rounded-lg border bg-card">
      <div className="flex min-h-10 items-center gap-1 bg-muted ps-4 pe-1 text-muted-foreground">
        <span className="flex-1 font-mono text-xs">{m.diagramAsLanguage}</span>
        {toggle}
      </div>
      {/* The keyboard scrolls it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="group" aria-label={m.diagram} tabIndex={0} className="max-h-[70vh] overflow-auto border-t p-4">
        <img
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing.svg)}`}
          alt={name}
          width={Math.round(drawing.width)}
          height={Math.round(drawing.height)}
          style={{ minWidth: Math.min(Math.round(drawing.width), 480) }}
          className="mx-auto h-auto max-w-full"
        />
      </div>
    </div>
  );
}

const useDrawing = (place: RefObject<HTMLElement | null>, source: string): DrawingResult | undefined => {
  const { resolvedTheme } = useTheme();
  const isDark = resolvedTheme === "dark";
  const [drawn, setDrawn] = useState<{ readonly key: string; readonly result: DrawingResult } | null>(null);
  const key = `${String(isDark)} ${source}`;
  const before = drawnBefore(source, isDark);
  useEffect(() => {
    const element = place.current;
    if (before !== undefined || element === null) return;
    let isWatched = true;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        void drawDiagram(source, isDark).then((result) => {
          if (isWatched) setDrawn({ key, result });
        });
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => {
      isWatched = false;
      observer.disconnect();
    };
  }, [place, source, isDark, before, key]);
  return before ?? (drawn?.key === key ? drawn.result : undefined);
};
