import { Injectable } from "@nestjs/common";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { networkOf } from "../../platform/http/network.js";

/**
 * A password costs a quarter of a second of a core, on one of the four threads that files and names of hosts need too. Two at once leave those
 * and the event loop room; of one address one after the other, so that each attempt is counted or forgiven before the next is looked at.
 */
const passwordLimits = {
  atOnce: 2,
  atOncePerKey: 1,
  waiting: 500,
  waitingPerKey: 50,
  longestWaitMs: 15_000,
  words: {
    ofKey: "Too many people sign in from here at once. Try again in a few seconds.",
    inAll: "Too many people sign in at once. Try again in a few seconds.",
  },
} as const;

/** What hashes or compares a password goes through here. */
@Injectable()
export class PasswordGate {
  private readonly gate = new FairGate(passwordLimits);

  /** For who is not signed in. Throws `overloaded`. */
  async forAddress<Result>(address: string, work: () => Promise<Result>, left: AbortSignal): Promise<Result> {
    return this.gate.run(networkOf(address), work, left);
  }

  /** For who is. Throws `overloaded`. */
  async forUser<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    return this.gate.run(`user:${userId}`, work);
  }
}
