"use client";

import { memo, useMemo } from "react";
import { Streamdown, type Components, type PluginConfig } from "streamdown";
import { Growing } from "@/components/markdown/growing";
import { loadedOnDemand } from "@/components/markdown/loaded";
import { MarkdownImage } from "@/components/markdown/markdown-image";
import { withFormulas } from "@/components/markdown/math-source";
import { InlineCode, Preformatted } from "@/components/markdown/preformatted";
import { rehypePlugins } from "@/components/markdown/safe-plugins";
import { SafeLink } from "@/components/markdown/safe-link";
import { TableBlock } from "@/components/markdown/table-block";
import { TaskBox } from "@/components/markdown/task-box";

const components: Components = { a: SafeLink, img: MarkdownImage, pre: Preformatted, code: InlineCode, table: TableBlock, input: TaskBox };

const noPlugins: PluginConfig = {};
/** `withFormulas` alone says what a formula is: half of one stays as it is until the rest has come. */
const remend = { katex: false, inlineKatex: false };

const usePlugins = loadedOnDemand(async (): Promise<PluginConfig> => {
  const { mathPlugin } = await import("@/components/markdown/math-plugin");
  return { math: mathPlugin };
});

/** What an agent wrote. All of it is somebody else's word: nothing of it runs, and nothing is asked for elsewhere before a click. */
export const Markdown = memo(function Markdown({ text, isStreaming }: { readonly text: string; readonly isStreaming: boolean }) {
  const formulas = useMemo(() => withFormulas(text), [text]);
  const plugins = usePlugins(formulas !== null);
  return (
    <Growing value={isStreaming}>
      <div className="message-markdown min-w-0">
        <Streamdown
          className="flex flex-col gap-3.5 space-y-0 break-words leading-[1.65]"
          mode="streaming"
          isAnimating={isStreaming}
          parseIncompleteMarkdown={isStreaming}
          remend={remend}
          rehypePlugins={rehypePlugins}
          components={components}
          plugins={plugins ?? noPlugins}
          controls={false}
          linkSafety={{ enabled: false }}
          dir="auto"
        >
          {plugins === null || formulas === null ? text : formulas}
        </Streamdown>
      </div>
    </Growing>
  );
});
