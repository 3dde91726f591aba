import { Client, type ClientConfig } from "pg";

type Ask = (...given: unknown[]) => unknown;

/**
 * A connection whose statements wait for each other. `pg` queues what is asked at the same time and warns; from its next major version on it
 * refuses it, and Prisma asks so within a transaction whenever it reads a row with what belongs to it.
 */
export class SerialClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    const ask: Ask = (...given) => (super.query as Ask)(...given);
    this.query = oneAtATime(ask) as Client["query"];
  }
}

/** For both ways of asking: with a callback at the end, and for a promise. */
export function oneAtATime(ask: Ask): Ask {
  let last: Promise<unknown> | undefined;
  const inTurn = async (work: () => unknown): Promise<unknown> => {
    const result = last === undefined ? Promise.resolve(work()) : last.then(work);
    const over = result.then(ignore, ignore);
    last = over;
    void over.then(() => {
      // Whoever comes when nobody waits is not to wait either.
      last = last === over ? undefined : last;
    });
    return result;
  };
  return (...given) => {
    const tell = given.at(-1);
    if (typeof tell !== "function") {
      return inTurn(() => ask(...given));
    }
    const asked = async (): Promise<unknown> =>
      new Promise((resolve) => {
        ask(...given.slice(0, -1), (...outcome: unknown[]) => {
          resolve(undefined);
          (tell as Ask)(...outcome);
        });
      });
    void inTurn(asked);
    return undefined;
  };
}

function ignore(): void {
  // Whoever asked hears of it.
}
