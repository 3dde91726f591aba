import { readFileSync } from "node:fs";
import path from "node:path";
import { Failure, exitCodes } from "../lib/failure.mjs";

const defaultPort = 8080;

/**
 * What the launcher itself needs to know; all else is read by the API, which gets the whole environment.
 *
 * @typedef {object} Settings
 * @property {number} port
 * @property {number} internalPort
 * @property {string} host
 * @property {string} stateDir
 * @property {string | undefined} databaseUrl
 * @property {string | undefined} secretKey
 */

/**
 * The environment, completed with what the clone's `.env` says.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withDotEnv(root, env) {
  /** @type {string} */
  let text;
  try {
    text = readFileSync(path.join(root, ".env"), "utf8");
  } catch {
    return { ...env };
  }
  return { ...parseDotEnv(text), ...env };
}

/**
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseDotEnv(text) {
  /** @type {Record<string, string>} */
  const result = {};
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    const name = line
      .slice(0, Math.max(0, equals))
      .trim()
      .replace(/^export\s+/, "");
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    const value = line.slice(equals + 1).trim();
    const quoted = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(value);
    const comment = value.search(/(?:^|\s)#/);
    result[name] = quoted?.[2] ?? (comment < 0 ? value : value.slice(0, comment).trimEnd());
  }
  return result;
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Settings}
 */
export function readSettings(root, env) {
  const port = portFrom("PORT", env["PORT"]) ?? defaultPort;
  const internalPort = portFrom("MOSAIC_INTERNAL_PORT", env["MOSAIC_INTERNAL_PORT"]) ?? port + 1;
  if (internalPort === port || internalPort > 65_535) {
    throw badConfiguration(
      `The internal port would be ${internalPort}, which does not go with PORT ${port}: set MOSAIC_INTERNAL_PORT to another number from 1 to 65535.`,
    );
  }
  return {
    port,
    internalPort,
    host: given(env["HOST"]) ?? "127.0.0.1",
    stateDir: path.resolve(root, given(env["MOSAIC_STATE_DIR"]) ?? ".mosaic"),
    databaseUrl: given(env["DATABASE_URL"]),
    secretKey: given(env["MOSAIC_SECRET_KEY"]),
  };
}

/**
 * @param {Pick<Settings, 'host' | 'port'>} settings
 * @returns {string} where a program on this machine reaches Mosaic
 */
export function localUrl({ host, port }) {
  if (host === "0.0.0.0") return `http://127.0.0.1:${port}`;
  if (host === "::") return `http://[::1]:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * @param {string} name
 * @param {string | undefined} value
 * @returns {number | undefined}
 */
function portFrom(name, value) {
  const text = given(value);
  if (text === undefined) return undefined;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw badConfiguration(`${name} is "${text}", which is not a port: set it to a number from 1 to 65535.`);
  return port;
}

/**
 * @param {string | undefined} value
 * @returns {string | undefined} an empty variable counts as one that is not set
 */
function given(value) {
  const text = value?.trim();
  return text === "" ? undefined : text;
}

/** @param {string} message */
function badConfiguration(message) {
  return new Failure(message, { exitCode: exitCodes.badConfiguration });
}
