import type { Page } from "@playwright/test";

interface Keeping {
  keptWords?: string[];
}

/** Runs in a page before its own scripts: keeps whatever the page shows, tells a screen reader or has in its tab, however short. */
export function keepWords(): void {
  const kept: string[] = [];
  (window as unknown as Keeping).keptWords = kept;
  const keep = ({ target, addedNodes }: MutationRecord): void => {
    const named = target instanceof Element ? ["aria-label", "title"].map((name) => target.getAttribute(name)) : [];
    for (const words of [target.textContent, ...named, ...[...addedNodes].map(({ textContent }) => textContent)]) {
      if (words !== null && words !== kept.at(-1)) kept.push(words);
    }
  };
  const watched = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "title"] };
  new MutationObserver((records) => records.forEach(keep)).observe(document, watched);
}

/** All of it since the page was loaded. */
export const wordsOf = async (page: Page): Promise<string> =>
  page.evaluate(() => ((window as unknown as Keeping).keptWords ?? []).join("\n"));
