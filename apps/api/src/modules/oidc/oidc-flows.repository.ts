import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

export interface StoredFlow {
  readonly stateHash: Uint8Array<ArrayBuffer>;
  readonly browserHash: Uint8Array<ArrayBuffer>;
  readonly sealed: string;
  readonly network: string;
  readonly expiresAt: Date;
}

/** Beyond these the oldest give way, first those of the same network: a flood fills no disk, and one address ends no flows of others. */
const maxFlows = 10_000;
const maxFlowsPerNetwork = 1_000;

@Injectable()
export class OidcFlowsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async create(flow: StoredFlow): Promise<void> {
    const { network } = flow;
    await this.prisma.oidcFlow.create({ data: flow });
    const [ofNetwork] = await this.prisma.$queryRaw<{ expires_at: Date }[]>`
      SELECT expires_at FROM oidc_flows WHERE network = ${network} ORDER BY expires_at DESC OFFSET ${maxFlowsPerNetwork} LIMIT 1`;
    if (ofNetwork !== undefined) {
      await this.prisma.oidcFlow.deleteMany({ where: { network, expiresAt: { lte: ofNetwork.expires_at } } });
    }
    const [inAll] = await this.prisma.$queryRaw<{ expires_at: Date }[]>`
      SELECT expires_at FROM oidc_flows ORDER BY expires_at DESC OFFSET ${maxFlows} LIMIT 1`;
    if (inAll !== undefined) {
      await this.prisma.oidcFlow.deleteMany({ where: { expiresAt: { lte: inAll.expires_at } } });
    }
  }

  /** Uses a flow up: of several answers with one state, only the first gets it, and only in the browser that began. */
  async take(stateHash: Uint8Array<ArrayBuffer>, browserHash: Uint8Array<ArrayBuffer>, now: Date): Promise<string | null> {
    const rows = await this.prisma.$queryRaw<{ sealed: string; expires_at: Date }[]>`
      DELETE FROM oidc_flows WHERE state_hash = ${stateHash} AND browser_hash = ${browserHash} RETURNING sealed, expires_at`;
    const [flow] = rows;
    return flow !== undefined && flow.expires_at > now ? flow.sealed : null;
  }

  async removeExpired(now: Date): Promise<void> {
    await this.prisma.oidcFlow.deleteMany({ where: { expiresAt: { lte: now } } });
  }
}
