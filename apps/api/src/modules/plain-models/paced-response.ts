import type { Response } from "express";
import { ClientGoneError } from "../../platform/http/gone-signal.js";

/** A reader that takes nothing for so long has left without saying so. */
const maxStallMs = 60_000;
const maxPieceBytes = 256 * 1024;

/** An answer of which nothing is written before its first piece is there, and no more than its reader takes. */
export class PacedResponse {
  private isBegun = false;

  constructor(
    private readonly response: Response,
    private readonly contentType: string,
  ) {}

  get hasBegun(): boolean {
    return this.isBegun;
  }

  /** Resolves once the reader takes more. Rejects with `ClientGoneError`. */
  async write(piece: string | Buffer): Promise<void> {
    this.begin();
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    for (let from = 0; from < bytes.length; from += maxPieceBytes) {
      this.assertOpen();
      if (!this.response.write(bytes.subarray(from, from + maxPieceBytes))) {
        await this.heard("drain");
      }
    }
  }

  async end(): Promise<void> {
    this.assertOpen();
    this.response.end();
    if (!this.response.writableFinished) {
      await this.heard("finish");
    }
  }

  private begin(): void {
    if (this.isBegun) {
      return;
    }
    this.assertOpen();
    this.isBegun = true;
    // A write after the reader left is no fault of ours.
    this.response.on("error", () => undefined);
    if (!this.response.headersSent) {
      this.response
        .status(200)
        .set({ "content-type": this.contentType, "cache-control": "no-store, no-transform", "x-accel-buffering": "no" });
      this.response.socket?.setNoDelay(true);
    }
  }

  private assertOpen(): void {
    if (this.response.destroyed) {
      throw new ClientGoneError();
    }
  }

  private async heard(event: "drain" | "finish"): Promise<void> {
    const { response } = this;
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => response.destroy(), maxStallMs);
      const proceed = (): void => {
        clearTimeout(stalled);
        response.off(event, proceed).off("close", proceed);
        resolve();
      };
      response.once(event, proceed).once("close", proceed);
    });
    if (!response.writableFinished) {
      this.assertOpen();
    }
  }
}
