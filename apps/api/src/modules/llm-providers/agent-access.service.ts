import type { ProbedProvider } from "@mosaic/agent-backends/openclaw-probe";
import { isLoopbackHost, onMachineHost, providerDefinitions, type ProviderTestOutcome } from "@mosaic/contracts/provider";
import { createAddressPolicy } from "@mosaic/outbound/address-policy";
import type { ResolveHost } from "@mosaic/outbound/judged-connection";
import { createOutboundClient, unlessAborted } from "@mosaic/outbound/outbound-client";
import { Injectable } from "@nestjs/common";
import { Logger } from "../../platform/logging/logger.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { MachineHostService } from "../runtime-host/machine-host.service.js";
import { ConnectionProber } from "./connection-prober.js";

/** What agents will find where Mosaic has looked. */
export interface AgentAccess {
  /** The test went well, but not for agents: why, and what to do. */
  readonly caution: string | null;
  /** The same server, as agents reach it. */
  readonly agentAddress: string | null;
  /** The test did not go well, and this may be why. */
  readonly advice: string | null;
}

const same: AgentAccess = { caution: null, agentAddress: null, advice: null };

/** Nobody answered, whatever the answer would have been. */
const silent: ReadonlySet<ProviderTestOutcome> = new Set<ProviderTestOutcome>(["refused", "timeout", "unknown_host", "tls"]);

/** Mosaic reaches this machine's loopback; an agent in a container does not, and needs another address of the same server. */
@Injectable()
export class AgentAccessService {
  constructor(
    private readonly machine: MachineHostService,
    private readonly outbound: OutboundService,
    private readonly logger: Logger,
  ) {}

  async look(userId: string, provider: ProbedProvider, outcome: ProviderTestOutcome, signal: AbortSignal): Promise<AgentAccess> {
    if (providerDefinitions[provider.kind].isBuiltIn) {
      return same;
    }
    const { sharesLoopback, host } = await this.machine.find();
    const { hostname } = new URL(provider.baseUrl);
    if (sharesLoopback) {
      return same;
    }
    if (hostname === host && outcome === "refused") {
      const advice = `This is the machine that Mosaic runs on. If the server runs, it may listen on 127.0.0.1 only, where no container reaches it. ${providerDefinitions[provider.kind].listenAdvice}`;
      return { ...same, advice };
    }
    return outcome === "ok" && (await this.leadsToLoopback(userId, hostname, signal)) ? this.elsewhere(provider, host, signal) : same;
  }

  private async elsewhere(provider: ProbedProvider, host: string | null, signal: AbortSignal): Promise<AgentAccess> {
    // A name of this machine is found again at its loopback.
    const local = new URL(provider.baseUrl);
    local.hostname = "127.0.0.1";
    const address = onMachineHost(provider.baseUrl, host) ?? onMachineHost(local.href.replace(/(?<!\/)\/$/, ""), host);
    if (address === null) {
      return { ...same, caution: `${why} ${unknownHost} ${providerDefinitions[provider.kind].listenAdvice}` };
    }
    if (await answers({ ...provider, baseUrl: address }, signal)) {
      return { ...same, caution: `${why} They reach the same server at ${address}, which answers too.`, agentAddress: address };
    }
    const advice = providerDefinitions[provider.kind].listenAdvice;
    return {
      ...same,
      caution: `${why} They would reach the server at ${address}, but it does not answer there: it may listen on 127.0.0.1 only. ${advice}`,
    };
  }

  /** Also a name that only this machine's own list of hosts leads back to it. */
  private async leadsToLoopback(userId: string, hostname: string, signal: AbortSignal): Promise<boolean> {
    if (isLoopbackHost(hostname)) {
      return true;
    }
    const lookUp: ResolveHost = this.outbound.lookUpOf(userId);
    try {
      return (await unlessAborted(signal, lookUp(hostname, signal))).some((address) => isLoopbackHost(address));
    } catch (error) {
      this.logger.error("a name was not looked up: nobody is told whether it leads to this machine", error, { host: hostname });
      return false;
    }
  }
}

const why = "Mosaic reaches this address, but your agents run in containers, where it means the container itself.";
const unknownHost = "Give an address of this machine that containers reach, such as the one of its network card.";

/**
 * Whoever may call a port of this machine's loopback may know whether it is open to containers too. No key goes along: what listens there could be
 * another program.
 */
async function answers(provider: ProbedProvider, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(provider.baseUrl);
  const entry = `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
  const client = createOutboundClient({ policy: () => createAddressPolicy([entry]) });
  const { verdict } = await new ConnectionProber(client, { ...provider, apiKey: null }, signal).probe(null);
  return !silent.has(verdict.outcome);
}
