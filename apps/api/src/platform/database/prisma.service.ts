import { Inject, Injectable, type OnModuleDestroy } from "@nestjs/common";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../generated/prisma/client.js";
import { ENV, type Env } from "../config/env.js";

/** The connection pool. Only repositories use it. Broken connections are replaced by the pool, so a restarted Postgres needs no restart here. */
@Injectable()
export class PrismaService extends PrismaClient implements OnModuleDestroy {
  constructor(@Inject(ENV) env: Env) {
    const pool = { connectionString: env.DATABASE_URL.open(), max: 20, connectionTimeoutMillis: 5_000, keepAlive: true };
    // Without a listener, an idle connection that Postgres closes would end the process.
    super({ adapter: new PrismaPg(pool, { onPoolError: () => undefined, onConnectionError: () => undefined }) });
  }

  async onModuleDestroy(): Promise<void> {
    await this.$disconnect();
  }
}
