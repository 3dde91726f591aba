"use client";

import { code } from "@streamdown/code";
import { memo, useEffect, useRef, type ComponentProps, type RefObject } from "react";
import { defaultRehypePlugins, Streamdown, type Components, type ExtraProps } from "streamdown";

const { raw: _raw, ...safePlugins } = defaultRehypePlugins;
const rehypePlugins = Object.values(safePlugins);

/** Only what a person can follow knowingly: web and mail addresses, in a new tab, without telling where they came from. */
function SafeLink({ href, children }: ComponentProps<"a"> & ExtraProps) {
  if (href === undefined || !/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
  return (
    <a
      href={href}
      title={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="break-words font-medium text-primary underline decoration-primary/40 underline-offset-4 hover:decoration-primary"
    >
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

const scrollers = "[data-streamdown=code-block-body], [data-streamdown=table-wrapper] > div";

/** Wide code and tables scroll, so that the keyboard must be able to reach them. Code is highlighted later, in new elements. */
const useFocusableScrollers = (root: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const mark = (): void => {
      for (const scroller of element.querySelectorAll<HTMLElement>(scrollers)) scroller.tabIndex = 0;
    };
    mark();
    const observer = new MutationObserver(mark);
    observer.observe(element, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [root]);
};

export const Markdown = memo(function Markdown({ text, isStreaming }: { readonly text: string; readonly isStreaming: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  useFocusableScrollers(root);
  return (
    <div ref={root} className="min-w-0">
      <Streamdown
        className="message-markdown flex flex-col gap-3.5 space-y-0 break-words leading-[1.65]"
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
    </div>
  );
});
