import katex from "katex";
import { m } from "@messages/markdown";
import "katex/dist/katex.min.css";

/** What defines something new can grow without an end, or change what the next formula means. */
const definition =
  /\\(?:[gex]?def|(?:global|long|outer)\b|(?:future)?let|(?:re)?newcommand|providecommand|DeclareMathOperator)(?![a-zA-Z])/;

export type FormulaResult = { readonly html: string } | { readonly fault: string };

/** KaTeX alone makes this HTML: it escapes what it is given, and neither links nor pictures nor classes of the text's own come of it. */
export const formulaHtml = (tex: string, isDisplay: boolean): FormulaResult => {
  if (definition.test(tex)) return { fault: m.itDefinesCommandsOfIts };
  try {
    const html = katex.renderToString(tex, {
      displayMode: isDisplay,
      output: "htmlAndMathml",
      trust: false,
      strict: "ignore",
      maxSize: 20,
      maxExpand: 200,
      throwOnError: true,
    });
    return { html };
  } catch (error) {
    return { fault: error instanceof Error ? error.message.replace(/^KaTeX parse error: /, "") : m.itCantBeRead };
  }
};
