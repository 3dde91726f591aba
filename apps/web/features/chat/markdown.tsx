"use client";

import { code } from "@streamdown/code";
import { memo, type ComponentProps } from "react";
import { defaultRehypePlugins, Streamdown, type Components, type ExtraProps } from "streamdown";

const { raw: _raw, ...safePlugins } = defaultRehypePlugins;
const rehypePlugins = Object.values(safePlugins);

/** Only what a person can follow knowingly: web and mail addresses, in a new tab, without telling where they came from. */
function SafeLink({ href, children }: ComponentProps<"a"> & ExtraProps) {
  if (href === undefined || !/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow" className="break-words font-medium text-primary underline decoration-primary/40 underline-offset-4 hover:decoration-primary">
      {children}
    </a>
  );
}

/** An image from elsewhere would tell its server that, when and where this was read, so it is a link. */
function ImageLink({ src, alt }: ComponentProps<"img"> & ExtraProps) {
  const text = alt === undefined || alt === "" ? "Image" : `Image: ${alt}`;
  return typeof src === "string" ? <SafeLink href={src}>{text}</SafeLink> : <span>{text}</span>;
}

const components: Components = { a: SafeLink, img: ImageLink };

const controls = { table: false, code: { copy: true, download: false }, mermaid: false, image: false };

export const Markdown = memo(function Markdown({ text, isStreaming }: { readonly text: string; readonly isStreaming: boolean }) {
  return (
    <Streamdown
      className="message-markdown space-y-3.5 break-words leading-[1.65]"
      mode="streaming"
      isAnimating={false}
      parseIncompleteMarkdown={isStreaming}
      rehypePlugins={rehypePlugins}
      components={components}
      plugins={{ code }}
      controls={controls}
      lineNumbers={false}
      linkSafety={{ enabled: false }}
      dir="auto"
      codeBlockMaxHeight={480}
    >
      {text}
    </Streamdown>
  );
});
