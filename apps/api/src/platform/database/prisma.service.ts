import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../generated/prisma/client.js";
import { ENV, type Env } from "../config/env.js";
import { PostgresPool } from "./postgres-pool.js";

/** The connection pool. Only repositories use it. Broken connections are replaced by the pool, so a restarted Postgres needs no restart here. */
@Injectable()
export class PrismaService extends PrismaClient implements OnApplicationShutdown {
  constructor(@Inject(ENV) env: Env) {
    const pool = new PostgresPool(env.DATABASE_URL.open());
    // Without a listener, an idle connection that Postgres closes would end the process.
    const listeners = { onPoolError: () => undefined, onConnectionError: () => undefined };
    super({ adapter: new PrismaPg(pool, { ...listeners, disposeExternalPool: true }) });
  }

  /** The last of Nest's steps: turns in flight write their end before. */
  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
