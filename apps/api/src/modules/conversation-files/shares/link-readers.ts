import { Injectable } from "@nestjs/common";
import type { Request } from "express";
import { AppError } from "../../../platform/errors/app-error.js";
import { clientAddress } from "../../../platform/http/client-address.js";
import { LeakyBuckets } from "../../../platform/http/leaky-buckets.js";
import { networkOf } from "../../../platform/http/network.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";

const limits = {
  atOnce: 8,
  atOncePerKey: 2,
  waiting: 400,
  waitingPerKey: 50,
  longestWaitMs: 10_000,
  words: {
    ofKey: "Too many shared conversations are opened from here at once. Try again in a few seconds.",
    inAll: "Too many people are opening shared conversations right now. Try again in a few seconds.",
  },
} as const;

/** A page of a copy is one, and one more for each 256 KiB of it: so a long one that is read to its end does not use it up. */
const rate = { points: 200, perSecond: 5 };
const bytesOfPoint = 256 * 1024;
/** Files are larger than what is said of them, and go out as they are read. */
const fileLimits = { ...limits, atOnce: 16, atOncePerKey: 4, longestWaitMs: 30_000 } as const;
const fileRate = { points: 200, perSecond: 1 };
const bytesOfFilePoint = 1024 * 1024;

/** Bounds what those take who have not signed in, by their address. A token has 256 bits, so this keeps nobody from guessing: it keeps work small. */
@Injectable()
export class LinkReaders {
  private readonly gate = new FairGate(limits);
  private readonly fileGate = new FairGate(fileLimits);
  private readonly opened = new LeakyBuckets(rate);
  private readonly openedFiles = new LeakyBuckets(fileRate);

  /** `work` tells how many bytes it has read, as they are kept. Throws `too_many_requests` and `overloaded`. */
  async run<Result>(request: Request, work: (onRead: (bytes: number) => void) => Promise<Result>): Promise<Result> {
    const from = networkOf(clientAddress(request));
    assertRoom(this.opened.waitSeconds(from), "shared conversations");
    this.opened.add(from, 1);
    return this.gate.run(from, async () => work((bytes) => this.opened.add(from, bytes / bytesOfPoint)));
  }

  /** The same for a file of a copy. `gone`: gives a place in the queue up. */
  async runFile<Result>(request: Request, gone: AbortSignal, work: (onRead: (bytes: number) => void) => Promise<Result>): Promise<Result> {
    const from = networkOf(clientAddress(request));
    assertRoom(this.openedFiles.waitSeconds(from), "files of shared conversations");
    this.openedFiles.add(from, 1);
    return this.fileGate.run(from, async () => work((bytes) => this.openedFiles.add(from, bytes / bytesOfFilePoint)), gone);
  }
}

function assertRoom(seconds: number, what: string): void {
  if (seconds > 0) {
    throw new AppError("too_many_requests", {
      detail: `Too many ${what} were opened from here. Try again in ${seconds} seconds.`,
      retryAfterSeconds: seconds,
    });
  }
}
