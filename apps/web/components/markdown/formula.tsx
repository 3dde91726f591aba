"use client";

import { memo, useMemo } from "react";
import { useIsGrowing } from "@/components/markdown/growing";
import { loadedOnDemand } from "@/components/markdown/loaded";
import { m } from "@messages/markdown";

const useFormulaHtml = loadedOnDemand(() => import("@/components/markdown/formula-html"));

export interface FormulaProps {
  readonly tex: string;
  /** On a line of its own. */
  readonly isDisplay: boolean;
}

/** A formula as it is printed; its source until that is there, and with what is wrong where it can't be. */
export const Formula = memo(function Formula({ tex, isDisplay }: FormulaProps) {
  const setter = useFormulaHtml(true);
  const isGrowing = useIsGrowing();
  const result = useMemo(() => setter?.formulaHtml(tex, isDisplay) ?? null, [setter, tex, isDisplay]);
  if (result === null || "fault" in result) {
    return (
      <>
        <code dir="ltr" className="rounded-sm bg-muted px-1.5 py-0.5 font-mono text-[0.875em] [overflow-wrap:anywhere]">
          {tex}
        </code>
        {result === null || isGrowing ? null : (
          <span className="text-sm text-muted-foreground"> {m.thisFormulaCantBeSet(result.fault)}</span>
        )}
      </>
    );
  }
  // KaTeX's own output, of a text that it has escaped.
  // oxlint-disable-next-line react/no-danger
  return <Place isDisplay={isDisplay} html={result.html} />;
});

/** What a formula moves about stays in its own box. */
function Place({ html, isDisplay }: { readonly html: string; readonly isDisplay: boolean }) {
  return isDisplay ? (
    // The keyboard scrolls it.
    <span
      dir="ltr"
      role="group"
      aria-label={m.formula}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="formula-display"
      dangerouslySetInnerHTML={{ __html: html }}
    />
  ) : (
    <span dir="ltr" className="formula-inline" dangerouslySetInnerHTML={{ __html: html }} />
  );
}
