import { Inject, Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { Admission } from "../../platform/http/admission.js";
import { EDGE_LIMITS, type EdgeLimits } from "../../platform/http/edge-limits.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { readJsonBody } from "../../platform/http/request-body.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { Places } from "../../platform/pressure/places.js";
import { AppError } from "../../platform/errors/app-error.js";

/** A program sends the whole conversation each time, with the images in it. */
const maxBytes = 16 * 1024 * 1024;
const maxValues = 60_000;
/** What is larger is read a few at a time: it is in memory some times over while it becomes a message. */
const smallBytes = 512 * 1024;
const large = {
  atOnce: 6,
  atOncePerKey: 2,
  waiting: 200,
  waitingPerKey: 10,
  longestWaitMs: 30_000,
  words: {
    ofKey: "You have sent many large requests at once. Send this one again in a few seconds.",
    inAll: "Too many large requests are coming in right now. Send this one again in a few seconds.",
  },
} as const;

const lightBytes = 64 * 1024;
const waitingWords =
  "Large requests of yours wait to be answered already. This one was not stored: send it again when one of them was answered.";

/** KiB of requests whose turns wait to begin. One of the largest is in memory three times over. */
const held = { size: 512 * 1024, sizePerKey: 64 * 1024, maxWaiting: 0, maxWaitingPerKey: 0 };

/** What is known of a request while it is worked on. */
export interface ReadBody {
  readonly body: unknown;
  /** It is in memory no more. Idempotent. */
  free(): void;
}

/** The bodies of the OpenAI API, which may be far larger than a form. */
@Injectable()
export class OpenAiBodies {
  private readonly gate = new FairGate(large);
  private readonly held = new Places(held);

  constructor(
    private readonly admission: Admission,
    @Inject(EDGE_LIMITS) private readonly limits: EdgeLimits,
  ) {}

  /** Reads the JSON, and works on it while it holds its place. Throws `overloaded` where a person has too much waiting already, and what `work` throws; then it is free. */
  async with<Result>(userId: string, request: Request, response: Response, work: (read: ReadBody) => Promise<Result>): Promise<Result> {
    this.admission.assertMaySendBody(request);
    const free = this.hold(userId, announcedBytes(request));
    try {
      return await this.read(userId, request, response, async (body) => work({ body, free }));
    } catch (error) {
      free();
      throw error;
    }
  }

  private hold(userId: string, bytes: number): () => void {
    const free = bytes <= lightBytes ? () => undefined : this.held.takeNow({ key: userId, count: Math.ceil(bytes / 1024) });
    if (free === undefined) {
      throw new AppError("overloaded", { detail: waitingWords, retryAfterSeconds: 5 });
    }
    return free;
  }

  private async read<Result>(
    userId: string,
    request: Request,
    response: Response,
    work: (body: unknown) => Promise<Result>,
  ): Promise<Result> {
    const read = async (): Promise<unknown> => {
      const body = await readJsonBody(request, response, { bytes: maxBytes, timeoutMs: this.limits.bodyTimeoutMs, values: maxValues });
      if (body === undefined) {
        throw new AppError("malformed_body", { detail: "Send a JSON object." });
      }
      return body;
    };
    if (announcedBytes(request) <= smallBytes) {
      return work(await read());
    }
    return this.gate.run(userId, async () => work(await read()), goneSignal(response));
  }
}

/** One that does not say how long it is may be the longest. */
function announcedBytes({ headers }: Request): number {
  const announced = Number(headers["content-length"] ?? maxBytes);
  return Number.isFinite(announced) ? Math.min(announced, maxBytes) : maxBytes;
}
