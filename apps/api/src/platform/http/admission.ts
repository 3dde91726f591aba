import { createHash } from "node:crypto";
import type { ProblemCode } from "@mosaic/contracts/problem";
import { Inject, Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { clientAddress } from "./client-address.js";
import { Connections } from "./connections.js";
import { EDGE_LIMITS, type EdgeLimits } from "./edge-limits.js";
import { LeakyBuckets } from "./leaky-buckets.js";
import { ClientGoneError } from "./gone-signal.js";
import { isInternalRequest } from "./listeners.js";
import { networkOf } from "./network.js";

/** What a refusal costs. One page opened after its session ended collects a few points; who sends rubbish has soon sent enough. */
const pointsByCode: Partial<Record<ProblemCode, number>> = {
  unauthenticated: 1,
  origin_refused: 1,
  unsupported_media_type: 2,
  malformed_body: 5,
  body_too_large: 5,
  body_too_slow: 10,
};

const maxKnownCredentials = 10_000;

/**
 * Decides before anything of a request is read whether its sender has had enough. Whoever has shown a valid session or token to this process is
 * counted for themselves: others at the same address, which may be a proxy's that nobody has named, can't shut them out.
 */
@Injectable()
export class Admission {
  private readonly refusals: LeakyBuckets;
  private readonly underWay = new Map<string, number>();
  /** Whose a credential was when it was last seen; `null` for a browser in which somebody has signed in. */
  private readonly known = new Map<string, string | null>();
  private readonly callers = new WeakMap<Request, string>();

  constructor(
    @Inject(EDGE_LIMITS) private readonly limits: EdgeLimits,
    private readonly connections: Connections,
  ) {
    this.refusals = new LeakyBuckets({ points: limits.refusalPoints, perSecond: limits.forgottenPointsPerSecond });
  }

  /** Throws `too_many_requests` if the address was refused too often, unless the request shows what this process has recognised before. */
  assertAddressMaySend(request: Request): void {
    const seconds = this.refusals.waitSeconds(addressKey(request));
    if (seconds > 0 && !credentialsOf(request).some((credential) => this.isKnown(credential))) {
      throw tooOften("from this address", seconds);
    }
  }

  /** Before the body is read, once it is known who sends. */
  assertMaySendBody(request: Request): void {
    const caller = this.callers.get(request);
    const seconds = caller === undefined || isInternalRequest(request) ? 0 : this.refusals.waitSeconds(caller);
    if (seconds > 0) {
      throw tooOften("of yours", seconds);
    }
  }

  /**
   * Counts a request as under way until its answer has ended. `key`: a credential before it is looked up, a user as soon as it is known.
   * Throws `ClientGoneError` for one whose sender has left: nothing would ever count it back.
   */
  enter(key: string, response: Response): void {
    if (response.destroyed) {
      throw new ClientGoneError();
    }
    const count = this.underWay.get(key) ?? 0;
    if (count >= this.limits.requestsPerCaller) {
      throw new AppError("too_many_requests", {
        detail: `You have ${count} requests open at once. Wait for some of them to end, or close some pages of Mosaic.`,
        retryAfterSeconds: 5,
      });
    }
    this.underWay.set(key, count + 1);
    response.once("close", () => {
      const left = (this.underWay.get(key) ?? 1) - 1;
      if (left === 0) {
        this.underWay.delete(key);
      } else {
        this.underWay.set(key, left);
      }
    });
  }

  /** Whoever showed who they are; `undefined` for all others. */
  callerOf(request: Request): string | undefined {
    return this.callers.get(request);
  }

  /** The request showed who sends it. */
  recognise(request: Request, userId: string, credential: string): void {
    this.callers.set(request, `user ${userId}`);
    this.connections.recognise(request.socket);
    this.remember(credential, userId);
  }

  /** A credential that opens something: a session, a token, or the cookie of a browser in which somebody has signed in. */
  remember(credential: string, userId: string | null = null): void {
    const key = hash(credential);
    this.known.delete(key);
    this.known.set(key, userId);
    const [oldest] = this.known.keys();
    if (this.known.size > maxKnownCredentials && oldest !== undefined) {
      this.known.delete(oldest);
    }
  }

  isKnown(credential: string): boolean {
    return this.known.has(hash(credential));
  }

  /** Whose session or token it was when it was last seen. */
  userOf(credential: string): string | null {
    return this.known.get(hash(credential)) ?? null;
  }

  /** It opens nothing any more: whoever goes on showing it is a stranger. */
  forget(credential: string): void {
    this.known.delete(hash(credential));
  }

  /** Counts what was refused: by who sent it, or by address where that is unknown. */
  noteRefusal(request: Request, code: ProblemCode): void {
    const points = pointsByCode[code];
    if (points !== undefined && !isInternalRequest(request)) {
      this.refusals.add(this.callers.get(request) ?? addressKey(request), points);
    }
  }
}

function tooOften(whose: string, seconds: number): AppError {
  return new AppError("too_many_requests", {
    detail: `Too many requests ${whose} could not be accepted. Try again in ${seconds} seconds.`,
    retryAfterSeconds: seconds,
  });
}

function addressKey(request: Request): string {
  return `address ${networkOf(clientAddress(request))}`;
}

/** Whatever a request shows as a proof: the values of its cookies, or its token. */
function credentialsOf(request: Request): string[] {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) {
    return [authorization.replace(/^bearer /i, "")];
  }
  return (cookie ?? "").split(";", 20).map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
}

function hash(credential: string): string {
  return createHash("sha256").update(credential).digest("base64");
}
