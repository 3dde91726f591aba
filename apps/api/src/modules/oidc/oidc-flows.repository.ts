import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

export interface StoredFlow {
  readonly stateHash: Uint8Array<ArrayBuffer>;
  readonly browserHash: Uint8Array<ArrayBuffer>;
  readonly sealed: string;
  readonly expiresAt: Date;
}

/** Beyond it, the oldest give way: a flood delays people at most, and fills no disk. */
const maxFlows = 10_000;

@Injectable()
export class OidcFlowsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async create(flow: StoredFlow): Promise<void> {
    await this.prisma.oidcFlow.create({ data: flow });
    const [surplus] = await this.prisma.$queryRaw<{ expires_at: Date }[]>`
      SELECT expires_at FROM oidc_flows ORDER BY expires_at DESC OFFSET ${maxFlows} LIMIT 1`;
    if (surplus !== undefined) {
      await this.prisma.oidcFlow.deleteMany({ where: { expiresAt: { lte: surplus.expires_at } } });
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
