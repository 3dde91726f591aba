import { randomUUID } from "node:crypto";
import { openOpenclawDialogue } from "@mosaic/agent-backends/openclaw-dialogue";
import { WebSocket } from "ws";

export interface Gateway {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

/** Milliseconds until the first piece of text of one turn, sent straight to a gateway the way that Mosaic sends it. Resolves at the turn's end. */
export async function bareTurn({ host, port, token }: Gateway, session: string, text: string): Promise<number> {
  const startedAt = performance.now();
  const dialogue = openOpenclawDialogue({ gatewayToken: token, session, turnId: randomUUID(), text, said: null });
  const socket = new WebSocket(`ws://${host}:${port}/`, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    let first: number | undefined;
    socket.on("error", reject);
    socket.on("message", (data) => {
      const { send, events, stage } = dialogue.receive((data as Buffer).toString());
      for (const frame of send) {
        socket.send(frame);
      }
      if (events.some(({ type }) => type === "delta")) {
        first ??= performance.now() - startedAt;
      }
      const last = events.at(-1);
      if (last?.type === "end" && first !== undefined) {
        resolve(first);
        socket.close();
      } else if (last?.type === "failure" || last?.type === "end" || stage === "unfit" || stage === "stranger") {
        reject(new Error(`the gateway answered without text: ${JSON.stringify(last)}`));
        socket.close();
      }
    });
  });
}
