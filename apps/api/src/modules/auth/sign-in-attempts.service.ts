import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { hashToken } from "../crypto/tokens.js";
import { AttemptCounterService } from "./attempt-counter.service.js";
import { BlockMemory } from "./block-memory.js";
import { networkOf } from "../../platform/http/network.js";
import { SignInPlacesRepository, type KnownPlaces } from "./sign-in-places.repository.js";
import type { CountedAttempt } from "./login-throttle.repository.js";
import { attemptCounts, type AttemptCount } from "./sign-in-rules.js";

const placesKeptMs = 400 * 24 * 3_600_000;

/** An attempt to sign in with a password, counted as failed until it turns out to be right. */
export interface SignInAttempt {
  readonly counted: readonly (CountedAttempt & Pick<AttemptCount, "afterwards">)[];
  readonly account: KnownPlaces["account"];
}

/** Where an attempt comes from, as the browser shows it. */
export interface AttemptSource {
  readonly username: string;
  readonly address: string;
  /** What the browser showed, if anything. */
  readonly shownToken: string | undefined;
}

/** Slows guessing of passwords down without keeping owners out. `docs/decisions/0008-throttling-of-sign-in.md` tells why it is as it is. */
@Injectable()
export class SignInAttemptsService {
  /** By what the source shows: whoever goes on while blocked costs not even the look at where the account has been. */
  private readonly refused = new BlockMemory();

  constructor(
    private readonly counter: AttemptCounterService,
    private readonly places: SignInPlacesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `too_many_requests` from memory, where this process has refused the same source a moment ago, or its address altogether. */
  assertNotRefused(source: AttemptSource): void {
    const { username, address, shownToken } = source;
    // A browser that shows no mark is none that the account knows: what is counted of its address holds for it.
    const ofAddress = attemptCounts({ username, network: networkOf(address), knownBrowser: null, isKnownNetwork: true });
    const block =
      this.refused.find(sourceKey(source), this.clock.now().getTime()) ??
      (shownToken === undefined ? this.counter.knownBlock(ofAddress.map(({ subject }) => subject)) : null);
    if (block !== null) {
      throw this.counter.refusal(block);
    }
  }

  /** Throws `too_many_requests`; then the password is not looked at. Names that nobody has are counted like all others. */
  async begin(source: AttemptSource): Promise<SignInAttempt> {
    this.assertNotRefused(source);
    const { username, address } = source;
    const network = networkOf(address);
    const [networkHash, browserHash] = placeHashes(address, source.shownToken);
    const known = await this.places.find(username, browserHash === undefined ? [networkHash] : [networkHash, browserHash]);
    const browser = browserHash === undefined ? null : hex(browserHash);
    const counts = attemptCounts({
      username,
      network,
      knownBrowser: browser !== null && known.hashes.has(browser) ? browser : null,
      isKnownNetwork: known.hashes.has(hex(networkHash)),
    });
    const counted = await this.counter.count(
      counts.map(({ subject, rule, limit }) => ({ subject, rule, report: { limit, account: known.account } })),
    );
    if ("untilMs" in counted) {
      this.refused.remember(sourceKey(source), counted, this.clock.now().getTime());
      throw this.counter.refusal(counted);
    }
    const afterwards = new Map(counts.map((count) => [count.subject, count.afterwards]));
    return {
      counted: counted.map((count) => ({ ...count, afterwards: afterwards.get(count.subject) ?? "take_back" })),
      account: known.account,
    };
  }

  /** The password was right. */
  async forgive({ counted }: SignInAttempt): Promise<void> {
    for (const count of counted) {
      await (count.afterwards === "clear" ? this.counter.clear(count.subject) : this.counter.takeBack(count));
    }
  }

  /** The password was wrong, or nobody may sign in with it. */
  async refuse({ account }: SignInAttempt): Promise<void> {
    await this.places.recordRefusal(account);
  }

  async removeOld(): Promise<void> {
    await this.places.removeOlderThan(new Date(this.clock.now().getTime() - placesKeptMs));
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

function sourceKey({ username, address, shownToken }: AttemptSource): string {
  return JSON.stringify([username, networkOf(address), shownToken === undefined ? null : hex(hashToken(shownToken))]);
}
