import { accessSync, constants, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { messageOf } from "./failure.mjs";

const engineTimeoutMs = 5_000;

/**
 * Something that tests need and a machine may lack.
 *
 * @typedef {object} Capability
 * @property {boolean} isThere
 * @property {string} why why not, in words
 * @property {Record<string, string>} env what tests are told
 */

/**
 * @param {string} root
 * @returns {string} the version of OpenClaw that Mosaic is made for
 */
export function openclawVersion(root) {
  return JSON.parse(readFileSync(path.join(root, "docker/openclaw/package.json"), "utf8")).dependencies.openclaw;
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Capability>}
 */
export async function detectDocker(root, env) {
  const image = `mosaic/openclaw:${openclawVersion(root)}`;
  const lacks = (/** @type {string} */ why) => ({
    isThere: false,
    why,
    env: { MOSAIC_TEST_DOCKER: "0" },
  });
  try {
    const status = await engineStatus(env["DOCKER_HOST"], `/images/${image}/json`);
    if (status === 404) return lacks(`the image ${image} is not there (node scripts/images.mjs builds it)`);
    if (status !== 200) return lacks(`the Docker engine answered with status ${status}`);
    return { isThere: true, why: "", env: { MOSAIC_TEST_DOCKER: "1" } };
  } catch (error) {
    return lacks(`no Docker engine can be reached (${messageOf(error)})`);
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Capability}
 */
export function detectChromium(env) {
  const chosen = env["CHROMIUM_PATH"];
  const file = chosen === undefined || chosen === "" ? "/usr/bin/chromium" : chosen;
  try {
    accessSync(file, constants.X_OK);
    return { isThere: true, why: "", env: { MOSAIC_CHROMIUM: file } };
  } catch {
    return {
      isThere: false,
      why: `no Chromium at ${file} (apt-get install chromium, or set CHROMIUM_PATH)`,
      env: {},
    };
  }
}

/**
 * @param {string | undefined} dockerHost
 * @param {string} route
 * @returns {Promise<number>}
 */
function engineStatus(dockerHost, route) {
  const address = dockerHost === undefined || dockerHost === "" ? "unix:///var/run/docker.sock" : dockerHost;
  const url = new URL(address);
  const target = url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || 2375 };
  return new Promise((resolve, reject) => {
    const request = http.get({ ...target, path: route, timeout: engineTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once("timeout", () => request.destroy(new Error("it does not answer")));
    request.once("error", reject);
  });
}
