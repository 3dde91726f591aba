import { createAddressPolicy, type AddressPolicy } from "@mosaic/outbound/address-policy";
import type { ResolveHost } from "@mosaic/outbound/judged-connection";
import { createOutboundClient, type OutboundClient } from "@mosaic/outbound/outbound-client";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { TRUSTED_CERTIFICATES, type TrustedCertificates } from "../../platform/config/trusted-certificates.js";
import { AppError } from "../../platform/errors/app-error.js";
import { SettingCache } from "../settings/setting-cache.service.js";
import { SettingsService } from "../settings/settings.service.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { readAllowedAddresses } from "./allowed-addresses.js";
import { NameLookUps } from "./name-look-ups.js";

/** Each takes up to ten seconds, most of them waiting for the other end. */
const testLimits = {
  atOnce: 4,
  atOncePerKey: 2,
  waiting: 100,
  waitingPerKey: 10,
  longestWaitMs: 15_000,
  words: {
    ofKey: "You have started many connection tests at once. Wait for the results of those.",
    inAll: "Too many connection tests are running right now. Try again in a few seconds.",
  },
};

interface Allowed {
  readonly entries: readonly string[];
  readonly policy: AddressPolicy;
}

/**
 * The one way in which Mosaic calls an address that a person has entered: what an admin allows, and the public internet. A change counts
 * for the next call on every process.
 */
@Injectable()
export class OutboundService implements Omit<OutboundClient, "resolvingWith">, OnApplicationBootstrap {
  readonly fetch: OutboundClient["fetch"];
  readonly json: OutboundClient["json"];
  readonly stream: OutboundClient["stream"];
  private readonly allowed: SettingCache<Allowed>;
  private readonly client: OutboundClient;
  private readonly tests = new FairGate(testLimits);

  constructor(
    private readonly settings: SettingsService,
    private readonly lookUps: NameLookUps,
    @Inject(CLOCK) clock: Clock,
    @Inject(TRUSTED_CERTIFICATES) { list: trustedCertificates }: TrustedCertificates,
  ) {
    this.allowed = new SettingCache(clock, async () => this.read());
    this.client = createOutboundClient({ policy: async () => this.policy(), trustedCertificates });
    this.fetch = this.client.fetch;
    this.json = this.client.json;
    this.stream = this.client.stream;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.settings.onChange("outbound", () => this.allowed.drop());
  }

  /** For names that this person has entered and that nobody has called yet: they occupy few of the threads that look names up. */
  clientOf(personId: string): OutboundClient {
    return this.client.resolvingWith(this.lookUpOf(personId));
  }

  lookUpOf(personId: string): ResolveHost {
    return this.lookUps.of(personId);
  }

  /** A connection test of this person's, when it is its turn. Whoever leaves gives up waiting. Throws `overloaded` when too many wait. */
  async test<Result>(personId: string, work: () => Promise<Result>, left?: AbortSignal): Promise<Result> {
    return this.tests.run(personId, work, left);
  }

  async allowedAddresses(): Promise<string[]> {
    return [...(await this.read()).entries];
  }

  async policy(): Promise<AddressPolicy> {
    return (await this.allowed.get()).policy;
  }

  /** Replaces the list and tells it as it is understood. Throws `invalid_input` that names each line that is not. */
  async allow(written: readonly string[]): Promise<string[]> {
    const { entries, faults } = readAllowedAddresses(written);
    if (faults.length > 0) {
      throw new AppError("invalid_input", { detail: "Mosaic can't read some of these addresses.", errors: faults });
    }
    const audit = {
      action: "outbound.update",
      target: { type: "setting", id: "outbound.allowed_addresses" },
      details: { allowed: entries.length, addresses: entries.join(", ").slice(0, 1000) },
    } as const;
    await this.settings.change("outbound.allowed_addresses", () => ({ value: entries, audit }));
    this.allowed.drop();
    return entries;
  }

  private async read(): Promise<Allowed> {
    const entries = await this.settings.get("outbound.allowed_addresses");
    return { entries, policy: createAddressPolicy(entries) };
  }
}
