import { AsyncLocalStorage } from "node:async_hooks";
import { Client } from "pg";

/** A statement as it went to Postgres. */
export interface Statement {
  /** Who asked: the name given to `during`; `null` for what runs by itself. */
  readonly asker: string | null;
  readonly text: string;
  readonly values: readonly unknown[];
  /** Settings of the transaction that it was sent in, as SQL. */
  readonly settings?: string;
}

/** Listens to what this process sends to Postgres, until `stop`. */
export class StatementLog {
  private readonly asker = new AsyncLocalStorage<string>();
  private readonly counted = new Map<string, Statement>();
  private readonly settings = new WeakMap<Client, string>();
  private readonly original = Client.prototype.query;

  constructor() {
    const note = (client: Client, config: unknown): void => this.note(client, config);
    const original = this.original as (...args: unknown[]) => unknown;
    Client.prototype.query = function query(this: Client, ...args: unknown[]): unknown {
      note(this, args[0]);
      return original.apply(this, args);
    } as typeof Client.prototype.query;
  }

  /** What `run` asks for is asked by `asker`. */
  async during<T>(asker: string, run: () => Promise<T>): Promise<T> {
    return this.asker.run(asker, run);
  }

  /** Each text once for each asker. */
  statements(): Statement[] {
    return [...this.counted.values()];
  }

  stop(): void {
    Client.prototype.query = this.original;
  }

  private note(client: Client, config: unknown): void {
    // The pool's come as an object, through Prisma or beside it; the locks', the notifications' and the harness' own as text.
    if (typeof config !== "object" || config === null || !("text" in config) || !("values" in config)) {
      return;
    }
    const text = String(config.text);
    if (/^\s*(?:BEGIN|COMMIT|ROLLBACK)\b/i.test(text)) {
      this.settings.delete(client);
    } else if (text.includes("set_config('enable_")) {
      this.settings.set(client, text);
    }
    const settings = this.settings.get(client);
    const asker = this.asker.getStore() ?? null;
    if (/^\s*(?:SELECT|UPDATE|DELETE|WITH)\b/i.test(text)) {
      this.counted.set(`${asker} ${text}`, {
        asker,
        text,
        values: config.values as unknown[],
        ...(settings === undefined ? {} : { settings }),
      });
    }
  }
}
