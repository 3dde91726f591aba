import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { retryHeaders, toOpenAiError } from "../../platform/errors/openai-error.js";
import { problems } from "@mosaic/contracts/problem";

/** A proxy in between gives up after a minute, Node's own client after five. */
const firstBlankMs = 20_000;
const blankEveryMs = 10_000;

/**
 * An answer that comes in one piece, long after it was asked for. While it is waited for, blanks keep the connection: JSON may begin with them. After the first of
 * them the status is 200, whatever comes; before, a fault has its own.
 */
export class HeldAnswer {
  private timer: NodeJS.Timeout;

  constructor(
    private readonly response: Response,
    private headers: Readonly<Record<string, string>>,
  ) {
    response.on("error", () => undefined);
    response.once("close", () => clearTimeout(this.timer));
    this.timer = setTimeout(() => this.blank(), firstBlankMs);
  }

  send(body: unknown): void {
    this.finish(200, {}, body);
  }

  fail(error: AppError, hasBegun: boolean): void {
    this.finish(problems[error.code].status, retryHeaders(error, hasBegun), { error: toOpenAiError(error) });
  }

  /** More headers, as long as none was sent. */
  say(headers: Readonly<Record<string, string>>): void {
    this.headers = { ...this.headers, ...headers };
  }

  /** Somebody else answers. */
  leave(): void {
    clearTimeout(this.timer);
  }

  /** Nobody waits for it. */
  drop(): void {
    clearTimeout(this.timer);
    this.response.destroy();
  }

  private finish(status: number, headers: Readonly<Record<string, string>>, body: unknown): void {
    clearTimeout(this.timer);
    if (this.response.destroyed || this.response.writableEnded) {
      return;
    }
    if (!this.response.headersSent) {
      this.response
        .status(status)
        .set({ ...this.headers, ...headers, "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
    }
    this.response.end(JSON.stringify(body));
  }

  private blank(): void {
    if (this.response.destroyed || this.response.writableEnded) {
      return;
    }
    if (!this.response.headersSent) {
      this.response.status(200).set({ ...this.headers, "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
    }
    if (!this.response.writableNeedDrain) {
      this.response.write(" ");
    }
    this.timer = setTimeout(() => this.blank(), blankEveryMs);
  }
}
