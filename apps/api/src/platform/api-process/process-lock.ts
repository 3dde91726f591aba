import { isLockHeldSql } from "../database/lock-sql.js";

const prefix = "mosaic:process:";

/** What each process of the API holds as long as it lives. */
export const processLockKey = (id: string): string => `${prefix}${id}`;

/** Whether the process of this id lives. `idSql` is an expression of type `uuid`. */
export const isProcessAliveSql = (idSql: string): string => isLockHeldSql(`'${prefix}' || ${idSql}`);
