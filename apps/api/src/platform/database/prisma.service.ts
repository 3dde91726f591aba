import { Inject, Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { PrismaPg } from "@prisma/adapter-pg";
import type { QueryResultRow } from "pg";
import { PrismaClient, type Prisma } from "../../generated/prisma/client.js";
import { ENV, type Env } from "../config/env.js";
import { fromConnection } from "./database-errors.js";
import { PostgresPool } from "./postgres-pool.js";

/** A statement that never changes, under the name by which a connection knows it. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** The connection pool. Only repositories use it. Broken connections are replaced by the pool, so a restarted Postgres needs no restart here. */
@Injectable()
export class PrismaService extends PrismaClient implements OnApplicationShutdown {
  private readonly pool: PostgresPool;

  constructor(@Inject(ENV) env: Env) {
    const pool = new PostgresPool(env.DATABASE_URL.open());
    // Without a listener, an idle connection that Postgres closes would end the process.
    const listeners = { onPoolError: () => undefined, onConnectionError: () => undefined };
    super({ adapter: new PrismaPg(pool, { ...listeners, disposeExternalPool: true }) });
    this.pool = pool;
  }

  /**
   * For what is asked with every request (`npm run bench requests`): each connection has Postgres read and plan it once, and it does not go through
   * Prisma, which takes as long as all the rest. Rows as `pg` reads them. Rejects with what `database-errors` knows.
   */
  async askPrepared<Row extends QueryResultRow>({ name, text }: PreparedStatement, values: readonly unknown[]): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>({ name, text, values: [...values] })).rows;
    } catch (error) {
      throw fromConnection(error);
    }
  }

  /** As `askPrepared`, of a statement that is put together: what goes by one name has always the same text, and differs in its values alone. */
  async askNamed<Row extends QueryResultRow>(name: string, { text, values }: Prisma.Sql): Promise<Row[]> {
    return this.askPrepared<Row>({ name, text }, values);
  }

  /** The last of Nest's steps: turns in flight write their end before. */
  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
