import { LruMap } from "@/components/markdown/lru-map";
import { m } from "@messages/markdown";

export interface Drawing {
  /** As XML. It is shown as an image and never becomes a part of the page. */
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

export type DrawingResult = Drawing | { readonly fault: string };

/** A place that draws: it answers `draw` with what it was told, whatever that is. */
export interface DrawingFrame {
  readonly post: (message: unknown) => void;
  readonly close: () => void;
}

export type MakeFrame = (hear: (data: unknown) => void) => DrawingFrame;

export interface DrawingLimits {
  /** For the frame and Mermaid to come over the network. */
  readonly openMs: number;
  /** For one diagram. */
  readonly drawMs: number;
}

const maxSvgLength = 2_000_000;
const maxSide = 20_000;

/** What a frame tells is somebody else's word. */
const resultOf = (data: unknown): DrawingResult => {
  if (typeof data !== "object" || data === null) return { fault: m.theAnswerIsNotA };
  const { svg, width, height, title, fault } = data as Readonly<Record<string, unknown>>;
  if (typeof fault === "string") return { fault: fault.slice(0, 1000) };
  const isSide = (side: unknown): side is number => typeof side === "number" && side > 0 && side <= maxSide;
  if (typeof svg !== "string" || !isSide(width) || !isSide(height)) return { fault: m.theDiagramIsLargerThan };
  if (svg.length > maxSvgLength || !svg.startsWith("<svg")) return { fault: m.theDiagramIsLargerThan };
  return { svg, width, height, title: typeof title === "string" ? title.slice(0, 200) : "" };
};

interface Task {
  readonly source: string;
  readonly isDark: boolean;
  readonly done: (result: DrawingResult) => void;
}

/**
 * Draws one diagram after the other in one frame, which is made for the first. Never rejects. A diagram that takes longer than it may is given
 * up and takes its frame with it; the next one gets a new frame.
 */
export const diagramQueue = (makeFrame: MakeFrame, { openMs, drawMs }: DrawingLimits) => {
  const waiting: Task[] = [];
  let frame: DrawingFrame | null = null;
  let isOpen = false;
  let current: { readonly id: number; readonly end: (result: DrawingResult) => void; readonly begin: () => void } | null = null;
  let lastId = 0;

  const closeFrame = (): void => {
    frame?.close();
    frame = null;
    isOpen = false;
  };
  const hear = (data: unknown): void => {
    if (data === "ready") {
      isOpen = true;
      current?.begin();
    } else if (typeof data === "object" && data !== null && "id" in data && data.id === current?.id) {
      current?.end(resultOf(data));
    }
  };
  const next = (): void => {
    const task = waiting.shift();
    if (task === undefined) return;
    const id = ++lastId;
    const giveUp = (fault: string) => (): void => {
      closeFrame();
      end({ fault });
    };
    let timer = setTimeout(giveUp(m.mermaidDidNotLoad), openMs);
    const end = (result: DrawingResult): void => {
      clearTimeout(timer);
      current = null;
      task.done(result);
      next();
    };
    const begin = (): void => {
      clearTimeout(timer);
      timer = setTimeout(giveUp(m.itTookLongerThanSeconds(drawMs / 1000)), drawMs);
      frame?.post({ id, source: task.source, isDark: task.isDark });
    };
    current = { id, end, begin };
    frame ??= makeFrame(hear);
    if (isOpen) begin();
  };

  return (source: string, isDark: boolean): Promise<DrawingResult> =>
    new Promise((done) => {
      waiting.push({ source, isDark, done });
      if (current === null) next();
    });
};

/** Without an origin, under a policy that lets it reach nothing. It is as wide as a page, since some diagrams ask how wide they may be. */
const hiddenFrame: MakeFrame = (hear) => {
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.setAttribute("aria-hidden", "true");
  element.tabIndex = -1;
  element.title = m.drawsDiagrams;
  element.style.cssText = "position:fixed;left:-9999px;top:0;width:800px;height:600px;border:0;visibility:hidden";
  const listen = ({ source, data }: MessageEvent<unknown>): void => {
    if (source !== null && source === element.contentWindow) hear(data);
  };
  addEventListener("message", listen);
  element.src = "/frames/diagram.html";
  document.body.append(element);
  return {
    post: (message) => element.contentWindow?.postMessage(message, "*"),
    close: () => {
      removeEventListener("message", listen);
      element.remove();
    },
  };
};

const inFrame = diagramQueue(hiddenFrame, { openMs: 60_000, drawMs: 10_000 });

const known = new LruMap<string, DrawingResult>(30);
const keyOf = (source: string, isDark: boolean): string => `${isDark ? "dark" : "light"}\n${source}`;

/** What was drawn before. */
export const drawnBefore = (source: string, isDark: boolean): DrawingResult | undefined => known.get(keyOf(source, isDark));

const maxSource = 20_000;

/** Never rejects. The same diagram is drawn once for each theme. */
export const drawDiagram = async (source: string, isDark: boolean): Promise<DrawingResult> => {
  if (source.length > maxSource) return { fault: m.itIsTooLongTo };
  const before = drawnBefore(source, isDark);
  if (before !== undefined) return before;
  const result = await inFrame(source, isDark);
  known.set(keyOf(source, isDark), result);
  return result;
};
