import type { ClientBase } from "pg";
import type { Prisma } from "../../generated/prisma/client.js";

/** What a statement runs on: a transaction of the application, or the one connection of a command. */
export interface Statements {
  $executeRaw(statement: Prisma.Sql): PromiseLike<number>;
}

/** For a command: its own transaction, if it has begun one. */
export function statementsOn(connection: ClientBase): Statements {
  return { $executeRaw: async ({ text, values }) => (await connection.query(text, values)).rowCount ?? 0 };
}
