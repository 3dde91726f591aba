import type { GatewayDialogue, GatewayEvent } from "../src/agent-backend.js";
import { WebSocket } from "ws";

/** A turn as it is spoken with a gateway that is there. */
export interface SpokenTurn {
  readonly events: readonly GatewayEvent[];
  readonly stages: readonly string[];
  /** Resolves with the events once one of them meets it. */
  until(isMet: (events: readonly GatewayEvent[]) => boolean): Promise<void>;
  /** Resolves with the turn's end. */
  readonly ended: Promise<GatewayEvent>;
  send(frames: readonly string[]): void;
  /** Breaks the connection. */
  drop(): void;
}

/** Speaks one turn on a connection of its own. */
export function speak(port: number, dialogue: GatewayDialogue): SpokenTurn {
  const events: GatewayEvent[] = [];
  const stages: string[] = [];
  const ended = Promise.withResolvers<GatewayEvent>();
  const waiting = new Set<() => void>();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false });
  socket.on("error", () => undefined);
  socket.on("message", (data) => {
    const step = dialogue.receive((data as Buffer).toString());
    for (const frame of step.send) socket.send(frame);
    if (stages.at(-1) !== step.stage) stages.push(step.stage);
    events.push(...step.events);
    for (const look of waiting) look();
    const last = events.at(-1);
    if (last?.type === "end" || last?.type === "failure") {
      ended.resolve(last);
      socket.close();
    }
  });
  return {
    events,
    stages,
    ended: ended.promise,
    until: (isMet) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isMet(events)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    send: (frames) => frames.forEach((frame) => socket.send(frame)),
    drop: () => socket.terminate(),
  };
}
