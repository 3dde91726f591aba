import { createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { bundledLanguages, bundledLanguagesAlias } from "shiki/langs";
import type { HighlightAnswer, HighlightedLine, HighlightRequest } from "@/components/markdown/highlight";

let highlighter: Promise<HighlighterCore> | undefined;

const begin = (): Promise<HighlighterCore> =>
  createHighlighterCore({
    themes: [import("shiki/themes/github-light.mjs"), import("shiki/themes/github-dark.mjs")],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });

const languages: Readonly<Record<string, (typeof bundledLanguages)[keyof typeof bundledLanguages]>> = {
  ...bundledLanguages,
  ...bundledLanguagesAlias,
};

const highlight = async ({ code, language }: HighlightRequest): Promise<readonly HighlightedLine[] | null> => {
  if (!Object.hasOwn(languages, language)) return null;
  const load = languages[language];
  if (load === undefined) return null;
  highlighter ??= begin();
  const shiki = await highlighter;
  await shiki.loadLanguage(load);
  const { tokens } = shiki.codeToTokens(code, {
    lang: language,
    themes: { light: "github-light", dark: "github-dark" },
    defaultColor: false,
    tokenizeMaxLineLength: 2_000,
  });
  return tokens.map((line) =>
    line.map(({ content, htmlStyle }) => [content, htmlStyle?.["--shiki-light"] ?? "", htmlStyle?.["--shiki-dark"] ?? ""] as const),
  );
};

self.addEventListener("message", ({ data }: MessageEvent<HighlightRequest>) => {
  const answer = (lines: HighlightAnswer["lines"]): void => self.postMessage({ id: data.id, lines } satisfies HighlightAnswer, {});
  highlight(data).then(answer, () => answer(null));
});
