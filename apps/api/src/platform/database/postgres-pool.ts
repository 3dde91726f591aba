import { Pool, type ClientBase, type PoolClient } from "pg";
import { fromConnection } from "./database-errors.js";
import { SerialClient } from "./serial-client.js";

type Callback = (error: Error | undefined, client: PoolClient | undefined, release: (error?: Error | boolean) => void) => void;

export interface PoolLimits {
  /** How many connections one process uses for queries; two more are for locks and for notifications. */
  readonly maxConnections: number;
  readonly longestWaitMs: number;
}

const poolLimits: PoolLimits = { maxConnections: 20, longestWaitMs: 5_000 };
/** No lock is waited for without a limit, also where a query has none of its own. */
const lockTimeoutMs = 15_000;

/** The pool of `pg`, which says in words that can be told apart whether the database is away or only all connections are taken. */
export class PostgresPool extends Pool {
  constructor(connectionString: string, { maxConnections, longestWaitMs } = poolLimits) {
    super({
      Client: SerialClient,
      connectionString,
      max: maxConnections,
      connectionTimeoutMillis: longestWaitMs,
      keepAlive: true,
      onConnect: limitLocks,
    });
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        throw fromConnection(error);
      });
    }
    super.connect((error, client, release) =>
      callback(error === undefined ? undefined : (fromConnection(error) as Error), client, release),
    );
  }
}

/** Not as a parameter of the connection: poolers refuse those that they don't know. The pool waits for what it returns, which its types don't tell. */
function limitLocks(client: ClientBase): unknown {
  return client.query(`SET lock_timeout = ${lockTimeoutMs}`);
}
