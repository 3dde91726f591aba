import { createAddressPolicy, type AddressPolicy } from "@mosaic/outbound/address-policy";
import { createOutboundClient, type OutboundClient } from "@mosaic/outbound/outbound-client";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { z } from "zod";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { SettingsService, settingKeys } from "../settings/settings.service.js";
import { readAllowedAddresses } from "./allowed-addresses.js";

const storedList = z.array(z.string());
/** Changes are told; this is for those that were missed without anybody noticing. */
const keptMs = 30_000;

interface Known {
  readonly policy: Promise<{ entries: readonly string[]; policy: AddressPolicy }>;
  readonly sinceMs: number;
}

/**
 * The one way in which Mosaic calls an address that a person has entered: what an admin allows, and the public internet. A change counts
 * for the next call on every process.
 */
@Injectable()
export class OutboundService implements OutboundClient, OnApplicationBootstrap {
  readonly fetch: OutboundClient["fetch"];
  readonly json: OutboundClient["json"];
  readonly stream: OutboundClient["stream"];
  #known: Known | undefined;

  constructor(
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const client = createOutboundClient({ policy: async () => (await this.#current()).policy });
    this.fetch = client.fetch;
    this.json = client.json;
    this.stream = client.stream;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.settings.onChange("outbound", () => this.#drop());
  }

  async allowedAddresses(): Promise<string[]> {
    return [...(await this.#read()).entries];
  }

  /** Whether an admin has named this very host (with its port), so that it may be spoken to without TLS too. */
  async policy(): Promise<AddressPolicy> {
    return (await this.#current()).policy;
  }

  /** Replaces the list and tells it as it is understood. Throws `invalid_input` that names each line that is not. */
  async allow(written: readonly string[]): Promise<string[]> {
    const { entries, faults } = readAllowedAddresses(written);
    if (faults.length > 0) {
      throw new AppError("invalid_input", { detail: "Some addresses are not understood.", errors: faults });
    }
    await this.settings.change("outbound", settingKeys.outboundAllowedAddresses, JSON.stringify(entries), {
      action: "outbound.update",
      target: { type: "setting", id: settingKeys.outboundAllowedAddresses },
      details: { allowed: entries.length, addresses: entries.join(", ").slice(0, 1000) },
    });
    this.#drop();
    return entries;
  }

  async #current(): Promise<Awaited<Known["policy"]>> {
    const nowMs = this.clock.now().getTime();
    const kept = this.#known;
    if (kept !== undefined && Math.abs(nowMs - kept.sinceMs) < keptMs) {
      return kept.policy;
    }
    // The promise is kept, not its value: a look that began before a change is dropped with it.
    const known = { policy: this.#read(), sinceMs: nowMs };
    this.#known = known;
    known.policy.catch(() => {
      if (this.#known === known) {
        this.#drop();
      }
    });
    return known.policy;
  }

  async #read(): Promise<{ entries: readonly string[]; policy: AddressPolicy }> {
    const stored = await this.settings.get(settingKeys.outboundAllowedAddresses);
    const entries = stored === null ? [] : storedList.parse(JSON.parse(stored));
    return { entries, policy: createAddressPolicy(entries) };
  }

  #drop(): void {
    this.#known = undefined;
  }
}
