import type { ProblemCode } from "@mosaic/contracts/problem";
import { databaseFaultKind, databaseMessage, DatabaseUnfitError, type DatabaseFaultKind } from "./database-errors.js";

interface Words {
  /** For who runs Mosaic: what is wrong and what to do. */
  readonly operator: string;
  /** For whoever asked for something meanwhile. */
  readonly person: string;
  readonly code: ProblemCode;
}

const again = "Nothing was changed. Try again in a moment.";
const tellOperator = "Nothing was changed. Tell whoever runs this Mosaic.";

/** The one place that explains what is wrong with the database. */
const words: Readonly<Record<DatabaseFaultKind, Words>> = {
  unreachable: {
    operator: "The database at DATABASE_URL can't be reached. Is it running, and are host and port right?",
    person: again,
    code: "database_unavailable",
  },
  starting: {
    operator: "The database at DATABASE_URL is starting or recovering. Wait until it is ready.",
    person: `It is starting. ${again}`,
    code: "database_unavailable",
  },
  too_many_connections: {
    operator:
      "The database at DATABASE_URL has no connection left. Each process of Mosaic needs 22: raise max_connections, or end other programs.",
    person: `It has no connection left. ${again}`,
    code: "database_unavailable",
  },
  busy: {
    operator: "The database did not respond in time. Is somebody holding locks or using all of it?",
    person: `The database did not respond in time. ${again}`,
    code: "overloaded",
  },
  disk_full: {
    operator: "The disk that Postgres lies on is full. Make room there, or make it larger; Mosaic goes on by itself then.",
    person: `The database's disk is full. ${tellOperator}`,
    code: "database_refused",
  },
  read_only: {
    operator:
      "The database at DATABASE_URL is read-only: a standby, or default_transaction_read_only is on. Name the primary server, or allow writing.",
    person: `The database is read-only now. ${tellOperator}`,
    code: "database_refused",
  },
  no_rights: {
    operator:
      "The user in DATABASE_URL lacks a right in the database. Make it the owner: ALTER DATABASE … OWNER TO …; GRANT ALL ON SCHEMA public TO ….",
    person: `Mosaic lacks a right in its database. ${tellOperator}`,
    code: "database_refused",
  },
  refused: {
    operator: "The database at DATABASE_URL refused: check the user, the password and what pg_hba.conf allows.",
    person: `The database refused Mosaic. ${tellOperator}`,
    code: "database_refused",
  },
  missing_database: {
    operator: "The server at DATABASE_URL has no database of this name. Create it: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    person: `The database is gone. ${tellOperator}`,
    code: "database_refused",
  },
  tls: {
    operator:
      "The encrypted connection to the database can't be made. Give its certificate authority with sslmode=verify-full&sslrootcert=FILE in DATABASE_URL (without TLS on the server: sslmode=disable).",
    person: `The encrypted connection to the database can't be made. ${tellOperator}`,
    code: "database_refused",
  },
  pooler: {
    operator:
      "What answers at DATABASE_URL does not speak to Mosaic as Postgres does: a pooler, perhaps, that refuses what Mosaic needs. Use one in session mode, or none.",
    person: tellOperator,
    code: "database_refused",
  },
};

/** For an operator, with what Postgres or the driver said; `null` for what is no fault of the database. */
export function explainDatabaseFault(error: unknown): string | null {
  if (error instanceof DatabaseUnfitError) {
    return error.message;
  }
  const kind = databaseFaultKind(error);
  if (kind === null) {
    return null;
  }
  const said = databaseMessage(error);
  return said === null ? words[kind].operator : `${words[kind].operator} (It said: ${said})`;
}

/** For whoever asked for something; `null` for what is no fault of the database. */
export function databaseProblem(error: unknown): { readonly code: ProblemCode; readonly detail: string } | null {
  const kind = databaseFaultKind(error);
  return kind === null ? null : { code: words[kind].code, detail: words[kind].person };
}
