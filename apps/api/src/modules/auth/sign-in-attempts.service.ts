import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { hashToken } from "../crypto/tokens.js";
import { AttemptThrottleService } from "./attempt-throttle.service.js";
import { networkOf } from "./network.js";
import { SignInPlacesRepository, type KnownPlaces } from "./sign-in-places.repository.js";
import type { CountedAttempt } from "./login-throttle.repository.js";
import { attemptCounts, type AttemptCount } from "./sign-in-rules.js";

const placesKeptMs = 400 * 24 * 3_600_000;

/** An attempt to sign in with a password, counted as failed until it turns out to be right. */
export interface SignInAttempt {
  readonly counted: readonly (CountedAttempt & Pick<AttemptCount, "afterwards">)[];
  readonly account: KnownPlaces["account"];
}

/** Slows guessing of passwords down without keeping owners out. `docs/decisions/0008-throttling-of-sign-in.md` tells why it is as it is. */
@Injectable()
export class SignInAttemptsService {
  constructor(
    private readonly throttle: AttemptThrottleService,
    private readonly places: SignInPlacesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `too_many_requests`; then the password is not looked at. Names that nobody has are counted like all others. */
  async begin(username: string, address: string, browserToken: string | undefined): Promise<SignInAttempt> {
    const network = networkOf(address);
    const [networkHash, browserHash] = placeHashes(address, browserToken);
    const known = await this.places.find(username, browserHash === undefined ? [networkHash] : [networkHash, browserHash]);
    const browser = browserHash === undefined ? null : hex(browserHash);
    const counts = attemptCounts({
      username,
      network,
      knownBrowser: browser !== null && known.hashes.has(browser) ? browser : null,
      isKnownNetwork: known.hashes.has(hex(networkHash)),
    });
    return { counted: await this.count(counts, known.account), account: known.account };
  }

  /** The password was right. */
  async forgive({ counted }: SignInAttempt): Promise<void> {
    for (const count of counted) {
      await (count.afterwards === "clear" ? this.throttle.clear(count.subject) : this.throttle.takeBack(count));
    }
  }

  /** The password was wrong, or nobody may sign in with it. */
  async refuse({ account }: SignInAttempt): Promise<void> {
    await this.places.recordRefusal(account);
  }

  async removeOld(): Promise<void> {
    await this.places.removeOlderThan(new Date(this.clock.now().getTime() - placesKeptMs));
  }

  /** What a wider count refuses was not looked at, so it does not burden the narrower ones. */
  private async count(counts: readonly AttemptCount[], account: KnownPlaces["account"]): Promise<SignInAttempt["counted"]> {
    const counted: (CountedAttempt & Pick<AttemptCount, "afterwards">)[] = [];
    try {
      for (const { subject, rule, limit, afterwards } of counts) {
        counted.push({ ...(await this.throttle.countAttempt(subject, rule, { limit, account })), afterwards });
      }
      return counted;
    } catch (error) {
      for (const count of counted) {
        await this.throttle.takeBack(count);
      }
      throw error;
    }
  }
}

/** What is stored of an address, and of a browser if it has shown its cookie. */
export function placeHashes(
  address: string,
  browserToken: string | undefined,
): [Uint8Array<ArrayBuffer>] | [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const network = hashToken(`network ${networkOf(address)}`);
  return browserToken === undefined ? [network] : [network, hashToken(`browser ${browserToken}`)];
}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
