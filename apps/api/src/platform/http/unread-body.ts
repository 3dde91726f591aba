import type { NextFunction, Request, Response } from "express";

const patienceMs = 2_000;
const pollMs = 50;
const maxDiscardedBytes = 2 * 1024 * 1024;

/**
 * A request may be answered before its body was read. What is still on its way is thrown away for a moment, since who sends it hears no answer
 * before they have sent it; whoever goes on after that is cut off.
 */
export function endUnreadBodies(request: Request, response: Response, next: NextFunction): void {
  response.once("finish", () => {
    if (request.complete || request.destroyed) {
      return;
    }
    const { socket } = request;
    const startBytes = socket.bytesRead;
    const startedAt = performance.now();
    request.resume();
    const timer = setInterval(() => {
      const isOver = request.complete || socket.destroyed;
      if (!isOver && socket.bytesRead - startBytes < maxDiscardedBytes && performance.now() - startedAt < patienceMs) {
        return;
      }
      clearInterval(timer);
      if (!isOver) {
        socket.destroy();
      }
    }, pollMs);
  });
  next();
}
