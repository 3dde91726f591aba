import { LruMap } from "@/components/markdown/lru-map";

/** Text, and its colour in the light and in the dark. */
export type HighlightedToken = readonly [text: string, light: string, dark: string];
export type HighlightedLine = readonly HighlightedToken[];

export interface HighlightRequest {
  readonly id: number;
  readonly code: string;
  readonly language: string;
}

export interface HighlightAnswer {
  readonly id: number;
  /** `null`: the language is not known, or its grammar failed. */
  readonly lines: readonly HighlightedLine[] | null;
}

export type HighlightWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

interface Waiting extends Omit<HighlightRequest, "id"> {
  readonly done: (lines: readonly HighlightedLine[] | null) => void;
}

/**
 * Colours code one block after the other, away from the page's own thread: a grammar can take forever over a text that was made for that. What
 * takes longer than `limitMs` is given up, stays plain, and takes its worker with it. Never rejects.
 */
export const highlightQueue = (makeWorker: () => HighlightWorker, limitMs: number) => {
  const waiting: Waiting[] = [];
  let worker: HighlightWorker | null = null;
  let isBusy = false;
  let lastId = 0;

  const next = (): void => {
    const task = waiting.shift();
    isBusy = task !== undefined;
    if (task === undefined) return;
    const id = ++lastId;
    const end = (lines: HighlightAnswer["lines"], isBroken: boolean): void => {
      clearTimeout(timer);
      if (isBroken) {
        worker?.terminate();
        worker = null;
      }
      task.done(lines);
      next();
    };
    const timer = setTimeout(() => end(null, true), limitMs);
    try {
      worker ??= makeWorker();
      worker.onmessage = ({ data }: MessageEvent<HighlightAnswer>) => {
        if (data.id === id) end(data.lines, false);
      };
      worker.onerror = () => end(null, true);
      worker.postMessage({ id, code: task.code, language: task.language } satisfies HighlightRequest, {});
    } catch {
      end(null, true);
    }
  };

  return (code: string, language: string): Promise<readonly HighlightedLine[] | null> =>
    new Promise((done) => {
      waiting.push({ code, language, done });
      if (!isBusy) next();
    });
};

const maxHighlighted = 20_000;
/** It also waits for the grammar to come over the network. */
const limitMs = 10_000;

const inWorker = highlightQueue(
  () => new Worker(new URL("./highlight.worker.ts", import.meta.url), { type: "module", name: "highlight" }),
  limitMs,
);

const known = new LruMap<string, readonly HighlightedLine[] | null>(100);
const keyOf = (code: string, language: string): string => `${language}\n${code}`;

/** Whether the colours of a block are to be had: a block without a language, or too long for it, has none. */
export const canHighlight = (code: string, language: string): boolean => language !== "" && code.length <= maxHighlighted;

/** What was coloured before; `undefined` if it was not. */
export const highlighted = (code: string, language: string): readonly HighlightedLine[] | null | undefined =>
  known.get(keyOf(code, language));

/** Never rejects. The same block is coloured once. */
export const highlight = async (code: string, language: string): Promise<readonly HighlightedLine[] | null> => {
  const before = highlighted(code, language);
  if (before !== undefined) return before;
  const lines = await inWorker(code, language);
  known.set(keyOf(code, language), lines);
  return lines;
};
