import type { ProbedProvider } from "@mosaic/agent-backends/openclaw-probe";
import { providerDefinitions, type ProviderKind } from "@mosaic/contracts/provider";
import { createAddressPolicy } from "@mosaic/outbound/address-policy";
import { createOutboundClient, type OutboundClient } from "@mosaic/outbound/outbound-client";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { DemoModelService } from "../demo/demo-model.service.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { LlmProvidersService } from "./llm-providers.service.js";
import type { StoredProvider } from "./llm-providers.types.js";

/** How Mosaic itself reaches a provider. */
@Injectable()
export class ProviderReachService {
  constructor(
    private readonly providers: LlmProvidersService,
    private readonly demo: DemoModelService,
    private readonly outbound: OutboundService,
  ) {}

  /** Here a key is opened: for the call that is made next. */
  async open(stored: StoredProvider): Promise<ProbedProvider> {
    const { kind, models, dialect } = stored;
    return { kind, baseUrl: await this.addressOf(kind, stored.baseUrl), apiKey: this.providers.openKey(stored), models, dialect };
  }

  /** The demo model is our own, on this machine's loopback: nothing else there is opened for it. */
  clientFor(userId: string, { kind, baseUrl }: Pick<ProbedProvider, "kind" | "baseUrl">): Pick<OutboundClient, "fetch" | "stream"> {
    return providerDefinitions[kind].isBuiltIn
      ? createOutboundClient({ policy: () => createAddressPolicy([new URL(baseUrl).host]) })
      : this.outbound.clientOf(userId);
  }

  /** The demo model is ours: asking it over HTTP is what an agent does. */
  async addressOf(kind: ProviderKind, baseUrl: string | null): Promise<string> {
    if (providerDefinitions[kind].isBuiltIn) {
      return this.demo.baseUrl();
    }
    if (baseUrl === null) {
      const message = "The address of the provider is needed";
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "baseUrl", message }] });
    }
    return baseUrl;
  }
}
