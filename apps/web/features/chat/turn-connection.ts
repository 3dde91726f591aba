"use client";

import { turnEvent, type SendMessage, type TurnEvent } from "@mosaic/contracts/chat";
import { send } from "@/lib/api";
import { readEvents } from "@/lib/sse";

/** The server says something at least every 10 s. A connection that says nothing for so long is dead, whatever the browser thinks of it. */
const maxSilenceMs = 25_000;
/** What the server answers sooner, or a connection that is back sooner, is nothing to speak of. */
export const quietlyMs = 1_500;
const firstRetryMs = 250;
const maxRetryMs = 10_000;

export interface TurnListener {
  /** The connection is there, or is not. */
  readonly onConnected: (isConnected: boolean) => void;
  /** `id`: what to go on after, when the connection is lost. */
  readonly onEvent: (event: TurnEvent, id: string | null) => void;
}

/** Sends a message and reads its turn until the connection ends. */
export const sendTurn = async (conversationId: string, body: SendMessage, listener: TurnListener, signal: AbortSignal): Promise<void> =>
  readTurn(
    async (open) =>
      send(`/api/conversations/${conversationId}/messages`, { method: "POST", body, accept: "text/event-stream", signal: open }),
    listener,
    signal,
  );

/** Has an answer's message answered again, and reads that turn until the connection ends. */
export const sendAgain = async (answerId: string, listener: TurnListener, signal: AbortSignal): Promise<void> =>
  readTurn(
    async (open) => send(`/api/turns/${answerId}/again`, { method: "POST", accept: "text/event-stream", signal: open }),
    listener,
    signal,
  );

/** Reads what comes after the event `lastId`, from the beginning without one, until the connection ends. */
export const readOn = async (answerId: string, lastId: string | null, listener: TurnListener, signal: AbortSignal): Promise<void> =>
  readTurn(
    async (open) =>
      send(`/api/turns/${answerId}/events`, {
        accept: "text/event-stream",
        signal: open,
        headers: lastId === null ? {} : { "last-event-id": lastId },
      }),
    listener,
    signal,
  );

const readTurn = async (
  connect: (signal: AbortSignal) => Promise<Response>,
  { onConnected, onEvent }: TurnListener,
  signal: AbortSignal,
): Promise<void> => {
  const dead = new AbortController();
  let heardAt = Date.now();
  // A timer does not run while the device sleeps: it is late then, and finds the silence.
  const watch = setInterval(() => {
    if (Date.now() - heardAt > maxSilenceMs) dead.abort();
  }, 5_000);
  const onOffline = (): void => dead.abort();
  window.addEventListener("offline", onOffline);
  try {
    const response = await connect(AbortSignal.any([signal, dead.signal]));
    heardAt = Date.now();
    onConnected(true);
    await readEvents(response, turnEvent, onEvent, () => (heardAt = Date.now()));
  } finally {
    clearInterval(watch);
    window.removeEventListener("offline", onOffline);
    onConnected(false);
  }
};

/** Longer after each failure in a row; at once when the network or the person comes back. */
export const untilRetry = (failuresInARow: number): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      document.removeEventListener("visibilitychange", finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(maxRetryMs, firstRetryMs * 2 ** failuresInARow));
    window.addEventListener("online", finish);
    document.addEventListener("visibilitychange", finish);
  });
