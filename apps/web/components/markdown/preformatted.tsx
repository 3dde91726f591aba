"use client";

import type { ComponentProps } from "react";
import type { ExtraProps } from "streamdown";
import { CodeBlock } from "@/components/markdown/code-block";
import { Diagram } from "@/components/markdown/diagram";
import { Formula } from "@/components/markdown/formula";
import { useIsGrowing } from "@/components/markdown/growing";
import { displayMark } from "@/components/markdown/math-source";
import { hasOpenFence } from "@/components/markdown/open-fences";
import { elementsIn, languageOf, textOf } from "@/components/markdown/tree-text";

/** A block of code, or what its language says that it is. */
export function Preformatted({ node }: ComponentProps<"pre"> & ExtraProps) {
  const isGrowing = useIsGrowing();
  const isOpen = isGrowing && hasOpenFence(node);
  const [block] = node === undefined ? [] : elementsIn(node, "code");
  if (block === undefined) return null;
  const code = textOf(block).replace(/\n$/, "");
  const language = languageOf(block);
  if (language === "mermaid" && !isOpen) return <Diagram source={code} />;
  if (language === "math" && !isOpen) return <Formula tex={code} isDisplay />;
  return <CodeBlock code={code} language={language} isOpen={isOpen} />;
}

/** Code in a line, or a formula: `remark-math` brings those as code of the language `math`. */
export function InlineCode({ node, children }: ComponentProps<"code"> & ExtraProps) {
  if (node !== undefined && languageOf(node) === "math") {
    const tex = textOf(node);
    const isDisplay = tex.startsWith(displayMark);
    return <Formula tex={(isDisplay ? tex.slice(displayMark.length) : tex).trim()} isDisplay={isDisplay} />;
  }
  return (
    <code dir="ltr" className="rounded-sm bg-muted px-1.5 py-0.5 font-mono text-[0.875em]">
      {children}
    </code>
  );
}
