import type { Message } from "@mosaic/contracts/chat";
import { textParts } from "@mosaic/contracts/message-parts";
import { useMemo, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { MessageList } from "@/features/chat/message-list";
import { newTurn, reduceTurn, type Turn } from "@/features/chat/turn";
import { answerText, storedMessages } from "./corpus.ts";

/** As the chat's own turns do: text that comes faster is shown together. */
const eventIntervalMs = 32;
const wordsAtOnce = 8;

const ignore = (): undefined => undefined;
const found = async (): Promise<void> => undefined;
const older = { isLoading: false, error: null, load: async (): Promise<boolean> => false };
const agent = { name: "Ada", emoji: "🦉", isSystem: false };

let turn: Turn | null = null;
const listeners = new Set<() => void>();
const publish = (next: Turn): void => {
  turn = next;
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

interface ChatProps {
  readonly stored: readonly Message[];
  readonly limit: number;
}

function Chat({ stored, limit }: ChatProps) {
  const current = useSyncExternalStore(subscribe, () => turn);
  const shown = useMemo(
    () => ({ messages: stored, newest: stored, hasOlder: false, older, newer: null, open: found, leave: ignore }),
    [stored],
  );
  return (
    <main className="flex h-dvh flex-col">
      <MessageList shown={shown} turn={current} agent={agent} onSend={ignore} onDismiss={ignore} empty={null} limit={limit} />
    </main>
  );
}

const begun = (): Turn => {
  const question: Message = {
    id: crypto.randomUUID(),
    role: "user",
    content: "Tell me everything",
    parts: [...textParts("Tell me everything")],
    usage: null,
    status: "complete",
    error: null,
    createdAt: new Date().toISOString(),
  };
  return reduceTurn(newTurn(question.content, Date.now()), {
    type: "event",
    event: { type: "accepted", userMessage: question, answerId: crypto.randomUUID(), title: "" },
  });
};

/** Resolves with the time from each frame to the next, in milliseconds. */
const stream = async (words: number): Promise<number[]> => {
  const said = answerText(words).match(/\S+\s*/g) ?? [];
  const frames: number[] = [];
  let last = performance.now();
  let isOver = false;
  const onFrame = (now: number): void => {
    frames.push(now - last);
    last = now;
    if (!isOver) requestAnimationFrame(onFrame);
  };
  requestAnimationFrame((now) => {
    last = now;
    requestAnimationFrame(onFrame);
  });
  for (let at = 0; at < said.length; at += wordsAtOnce) {
    const text = said.slice(at, at + wordsAtOnce).join("");
    publish(reduceTurn(turn ?? begun(), { type: "event", event: { type: "delta", text } }));
    await new Promise((resolve) => setTimeout(resolve, eventIntervalMs));
  }
  isOver = true;
  return frames;
};

declare global {
  interface Window {
    readonly bench: { readonly show: (count: number, limit: number) => void; readonly stream: (words: number) => Promise<number[]> };
  }
}

Object.assign(window, {
  bench: {
    show: (count: number, limit: number): void => {
      createRoot(document.querySelector("#root") ?? document.body).render(
        <Chat stored={storedMessages(count)} limit={limit === 0 ? Number.POSITIVE_INFINITY : limit} />,
      );
      publish(begun());
    },
    stream,
  },
});
