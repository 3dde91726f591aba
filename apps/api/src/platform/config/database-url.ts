const inPlaceOf: Readonly<Record<string, string>> = {
  schema: "Mosaic keeps its tables in the schema public",
  pgbouncer: "Mosaic needs a session of its own: a pooler in session mode, or none",
  connection_limit: "each process of Mosaic uses 22 connections at most",
  pool_timeout: "Mosaic sets its own limits of time",
  connect_timeout: "Mosaic sets its own limits of time",
  socket_timeout: "Mosaic sets its own limits of time",
  channel_binding: "what secures the connection is sslmode=verify-full",
  sslaccept: "what is meant is sslmode=verify-full or sslmode=no-verify",
  sslpassword: "the key must have no password",
  target_session_attrs: "name the primary server as the host",
};

const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"];
const isMilliseconds = (value: string): string | null => (/^\d+$/.test(value) ? null : "a number of milliseconds");
const isAnything = (): null => null;
const oneOf =
  (...values: string[]) =>
  (value: string): string | null =>
    values.includes(value) ? null : `one of ${values.join(", ")}`;

/** What `pg` understands in an address, and what it takes for a value. Source: pg-connection-string 2 and `ConnectionParameters` of pg 8. */
const understood: Readonly<Record<string, (value: string) => string | null>> = {
  sslmode: oneOf(...sslModes),
  ssl: oneOf("true", "1", "0", "no-verify"),
  sslcert: isAnything,
  sslkey: isAnything,
  sslrootcert: isAnything,
  sslnegotiation: oneOf("postgres", "direct"),
  uselibpqcompat: oneOf("true"),
  host: isAnything,
  application_name: isAnything,
  options: isAnything,
  statement_timeout: isMilliseconds,
  idle_in_transaction_session_timeout: isMilliseconds,
};

const encodingHint =
  "characters such as @ : / ? # % in the user's name or the password must be percent-encoded there: @ is %40, : is %3A, / is %2F, ? is %3F, # is %23 and % is %25";

/** Everything that is wrong with an address of a database, in words; what is not understood is refused. Never a part of the address. */
export function databaseUrlFaults(value: string): string[] {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    const isOther = /^[a-z][a-z0-9+.-]*:/i.test(value) && !/^postgres(ql)?:/i.test(value);
    return [`an address such as postgres://user:password@host:5432/database${isOther ? "" : `; ${encodingHint}`}`];
  }
  if (!isDecodable(value) || url.hash !== "" || url.pathname.includes("@")) {
    return [encodingHint];
  }
  if (url.pathname.length <= 1) {
    return ["it names no database: postgres://user:password@host:5432/database"];
  }
  const names = [...url.searchParams.keys()];
  const twice = names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`);
  return [...twice, ...[...url.searchParams].flatMap(([name, given]) => faultOf(name, given))];
}

function isDecodable(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch {
    return false;
  }
}

function faultOf(name: string, value: string): string[] {
  const check = Object.hasOwn(understood, name) ? understood[name] : undefined;
  if (check === undefined) {
    const why = Object.hasOwn(inPlaceOf, name) ? inPlaceOf[name] : undefined;
    const shown = /^[a-z_]{1,40}$/i.test(name) ? name : "one of its parameters";
    return [`Mosaic does not understand ${shown}${why === undefined ? "" : ` (${why})`}: take it out of the address`];
  }
  const expected = check(value);
  return expected === null ? [] : [`${name} must be ${expected}`];
}
