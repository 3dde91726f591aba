import { OutboundError } from "@mosaic/outbound/outbound-error";
import { resolveWithSystem, type ResolveHost } from "@mosaic/outbound/judged-connection";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";

const words = "Mosaic is still looking up other names whose name servers don't answer.";

/**
 * Looks up the names that people enter, a few at once. The system's look-up is the one that knows `/etc/hosts`, a home network and Docker's
 * names, and it can't be called off: it holds a thread until the name servers were given up, long after the request has ended. libuv gives
 * half of its threads to look-ups, Postgres' and the sign-in server's among them, so names that people enter get half of these. A place
 * is held until the look-up itself has ended.
 */
export class NameLookUps {
  private readonly gate: FairGate;

  constructor(
    threads: number,
    private readonly resolve: ResolveHost = resolveWithSystem,
  ) {
    this.gate = new FairGate({
      atOnce: Math.max(1, Math.floor(threads / 4)),
      atOncePerKey: 1,
      waiting: 100,
      waitingPerKey: 10,
      longestWaitMs: 10_000,
      words: { ofKey: words, inAll: words },
    });
  }

  /** For one person's calls: their names wait for their own first. */
  of(personId: string): ResolveHost {
    return async (hostname, signal) => {
      try {
        return await this.gate.run(personId, async () => this.resolve(hostname, signal), signal);
      } catch (error) {
        if (!(error instanceof AppError)) {
          throw error;
        }
        const message = `${hostname} could not be looked up in time. ${error.detail ?? words} Try again in a minute.`;
        throw new OutboundError("timeout", message, { host: hostname, reason: "look-ups" });
      }
    };
  }
}
