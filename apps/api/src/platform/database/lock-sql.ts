/** How a key becomes the number that Postgres locks. `keySql` is an expression, never somebody's text. */
export const lockNumberSql = (keySql: string): string => `hashtextextended(${keySql}, 0)`;

/** Whether somebody, in whatever process, holds the session lock of this key. */
export const isLockHeldSql = (keySql: string): string => `EXISTS (SELECT 1 FROM pg_locks l
  WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    AND ((l.classid::bigint << 32) | l.objid::bigint) = ${lockNumberSql(keySql)})`;
