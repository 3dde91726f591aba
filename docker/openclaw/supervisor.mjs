// The entrypoint of an agent's container, and of its child process where there is no engine: fetches what Mosaic wants the agent to be,
// puts it in place, runs the gateway, keeps it up to date, and ends with it. docker/README.md has its contract.
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { createApiClient, createBackoff, createReporter } from "./api-client.mjs";
import { applyBundle, hasConfig, parseBundle, redact, secretsOf } from "./bundle.mjs";
import { FatalError, say, signLinesWith } from "./exit.mjs";
import { startGateway, waitUntilReady } from "./gateway.mjs";
import { endInterruptedTurns } from "./interrupted-turns.mjs";
import { readSettings, readToken } from "./settings.mjs";
import { readStateMark } from "./state-mark.mjs";
import { warmUp } from "./warm-up.mjs";

const MIN_POLL_INTERVAL_MS = 250;

const ending = new AbortController();
const secrets = new Set();

process.exitCode = await main().catch(reportFailure);
// A socket or standard input may still be open.
process.exit();

async function main() {
  const settings = readSettings(process.env);
  const stopRequest = listenForStop();
  const token = await Promise.race([
    readToken(process.stdin, () => settings.exitsWithParent && stopRequest.ask("parent-gone")),
    stopRequest.asked,
  ]);
  if (stopRequest.reason) return sayStopped(stopRequest.reason);
  secrets.add(token);
  signLinesWith(token);

  const client = createApiClient(settings.configUrl, token);
  const reporter = createReporter(client, ending.signal);
  try {
    return await superviseGateway(settings, { client, reporter, stopRequest });
  } catch (error) {
    if (stopRequest.reason) return sayStopped(stopRequest.reason);
    await reporter.reportLast("failed", undefined, redact(error.message, secrets));
    throw error;
  }
}

async function superviseGateway(settings, { client, reporter, stopRequest }) {
  const roots = { run: settings.runDir, state: settings.stateDir };
  for (const folder of Object.values(roots)) await mkdir(folder, { recursive: true, mode: 0o700 });

  reporter.tellState(await readStateMark(settings.stateDir).catch(() => undefined));
  reporter.report("starting");
  const bundle = await Promise.race([fetchFirstBundle(client), stopRequest.asked]);
  if (stopRequest.reason) return sayStopped(stopRequest.reason);
  await applyBundle(bundle, roots);
  await endWhatWasInterrupted(settings.stateDir);

  const gateway = startGateway(settings, process.env);
  gateway.tellTurnFaults(({ runId, words }) => reporter.report("turn_failed", undefined, redact(words, secrets), runId));
  reporter.report("waiting", bundle.generation);
  const work = keepUpToDate(settings, { bundle, roots, client, reporter, gateway });
  const outcome = await Promise.race([gateway.exited.then((exit) => ({ exit })), stopRequest.asked, work]);
  if (outcome?.exit) return endWithGateway(outcome.exit, reporter, bundle.generation);

  ending.abort();
  await gateway.stop();
  return sayStopped(stopRequest.reason);
}

/** An agent whose database can't be read starts all the same: OpenClaw says better what is wrong with it. */
async function endWhatWasInterrupted(stateDir) {
  try {
    const count = await endInterruptedTurns(stateDir);
    if (count > 0) say("interrupted-turns-ended", { count });
  } catch (error) {
    say("interrupted-turns-left", { reason: redact(error.message, secrets) });
  }
}

/** Asks until Mosaic answers. A bundle that makes no sense ends the container: a second one would be the same. */
async function fetchFirstBundle(client) {
  const backoff = createBackoff();
  for (let attempt = 1; ; attempt++) {
    const text = await client.fetchBundle(ending.signal).catch((error) => {
      if (error instanceof FatalError || ending.signal.aborted) throw error;
      if (attempt === 1) say("waiting-for-mosaic", { reason: error.message });
      return null;
    });
    if (text !== null) return readFirstBundle(text);
    await sleep(backoff.next(), undefined, { signal: ending.signal });
  }
}

function readFirstBundle(text) {
  try {
    const bundle = readBundle(text);
    if (!hasConfig(bundle)) throw new Error("the bundle has no openclaw.json");
    return bundle;
  } catch (error) {
    throw new FatalError("bundle-invalid", 78, error.message);
  }
}

function readBundle(text) {
  const bundle = parseBundle(text);
  for (const secret of secretsOf(bundle)) secrets.add(secret);
  return bundle;
}

/** Sees the gateway through its start, then follows the generations for as long as it runs. */
async function keepUpToDate(settings, { bundle, roots, client, reporter, gateway }) {
  try {
    if (!(await waitUntilReady(settings.port, ending.signal)))
      throw new FatalError("gateway-not-ready", 75, "the gateway was not ready within an hour");
    if (bundle.warmup) {
      reporter.report("warming", bundle.generation);
      await warmUp(settings.port, bundle.warmup, ending.signal).catch((error) =>
        say("warm-up-failed", { reason: redact(error.message, secrets) }),
      );
    }
    reporter.report("ready", bundle.generation);
    say("ready", { generation: bundle.generation });
    await followGenerations(bundle.generation, { roots, client, reporter, gateway });
  } catch (error) {
    if (ending.signal.aborted) return;
    ending.abort();
    await gateway.stop();
    throw error;
  }
}

/** Waits for the next bundle and applies it. Whatever goes wrong, the gateway runs on with what it has. */
async function followGenerations(firstGeneration, { roots, client, reporter, gateway }) {
  const backoff = createBackoff();
  let generation = firstGeneration;
  let lastFault = "";
  while (!ending.signal.aborted) {
    const askedAt = Date.now();
    try {
      const text = await client.waitForBundle(generation, ending.signal);
      const next = text === null ? null : readBundle(text);
      if (next && next.generation !== generation) {
        await applyGeneration(next, { roots, reporter, gateway });
        generation = next.generation;
      } else {
        // An API that does not wait must not make us spin.
        await sleep(Math.max(0, askedAt + MIN_POLL_INTERVAL_MS - Date.now()), undefined, { signal: ending.signal });
      }
      backoff.reset();
      lastFault = "";
    } catch (error) {
      if (ending.signal.aborted) return;
      const fault = redact(error.message, secrets);
      if (fault !== lastFault) say("update-failed", { reason: fault });
      lastFault = fault;
      await sleep(backoff.next(), undefined, { signal: ending.signal }).catch(() => {});
    }
  }
}

async function applyGeneration(bundle, { roots, reporter, gateway }) {
  const reload = gateway.confirmReload();
  const { hasConfigChanged } = await applyBundle(bundle, roots);
  const isAccepted = !hasConfigChanged || (await reload);
  if (isAccepted) reporter.report("applied", bundle.generation);
  else reporter.report("failed", bundle.generation, "the gateway refused the new configuration and runs on with the old one");
  say(isAccepted ? "applied" : "refused", { generation: bundle.generation });
}

async function endWithGateway(exit, reporter, generation) {
  ending.abort();
  const reason = redact(exit.reason, secrets).slice(0, 500);
  say("gateway-exited", { code: exit.code, reason });
  await reporter.reportLast("failed", generation, `the gateway ended with code ${exit.code}: ${reason}`);
  return exit.code;
}

function listenForStop() {
  const request = { reason: null };
  request.asked = new Promise((resolve) => {
    request.ask = (reason) => {
      request.reason ??= reason;
      resolve(undefined);
    };
  });
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => request.ask(signal));
  return request;
}

function sayStopped(reason) {
  ending.abort();
  say("stopped", { reason });
  return 0;
}

function reportFailure(error) {
  ending.abort();
  const isExpected = error instanceof FatalError;
  say(isExpected ? error.word : "supervisor-failed", { reason: redact(error.message, secrets) });
  return isExpected ? error.code : 70;
}
