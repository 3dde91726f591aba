// The entrypoint of an agent's container, and of its child process where there is no engine: fetches what Mosaic wants the agent to be,
// puts it in place, runs the software, keeps it up to date, and ends with it. packages/supervisor/README.md has its contract.
import type { Launch } from "@mosaic/contracts/agent-config";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { type ApiClient, createApiClient } from "./api-client.js";
import { Backoff } from "./backoff.js";
import { applyBundle, hasConfig, parseBundle, type ReadBundle, redact, type Roots, secretsOf } from "./bundle.js";
import { type Child, type Exit, startChild } from "./child.js";
import { FatalError, say, signLinesWith } from "./exit.js";
import { fillerOf, launchOfImage, needsAnotherStart } from "./launch.js";
import { waitUntilReady } from "./readiness.js";
import { repair } from "./repairs.js";
import { startRelay } from "./relay.js";
import { Reporter } from "./reporter.js";
import { readSettings, readToken, type Settings } from "./settings.js";
import { readStateMark } from "./state-mark.js";
import { StopRequest } from "./stop-request.js";
import { warmUp } from "./warm-up.js";

const minPollIntervalMs = 250;
const maxReasonLength = 500;

interface Surroundings {
  readonly settings: Settings;
  readonly client: ApiClient;
  readonly reporter: Reporter;
}

/** One run of the software, and what it is run with. */
interface Run {
  readonly bundle: ReadBundle;
  readonly launch: Launch;
  readonly roots: Roots;
  readonly child: Child;
}

const ending = new AbortController();
const secrets = new Set<string>();

process.exitCode = await main().catch(reportFailure);
// A socket or standard input may still be open.
process.exit();

async function main(): Promise<number> {
  const settings = readSettings(process.env);
  const stopRequest = new StopRequest();
  const token = await Promise.race([
    readToken(process.stdin, () => settings.exitsWithParent && stopRequest.ask("parent-gone")),
    stopRequest.asked,
  ]);
  if (token === undefined) return sayStopped(stopRequest);
  secrets.add(token);
  signLinesWith(token);

  const client = createApiClient(settings.configUrl, token, settings.port);
  const reporter = new Reporter(client, ending.signal);
  try {
    return await supervise({ settings, client, reporter }, stopRequest);
  } catch (error) {
    if (stopRequest.reason !== null) return sayStopped(stopRequest);
    await reporter.reportLast("failed", { detail: wordsOf(error) });
    throw error;
  }
}

async function supervise(around: Surroundings, stopRequest: StopRequest): Promise<number> {
  const { settings, client, reporter } = around;
  const roots = { run: settings.runDir, state: settings.stateDir };
  for (const folder of Object.values(roots)) await mkdir(folder, { recursive: true, mode: 0o700 });

  reporter.report("starting");
  const bundle = await Promise.race([fetchFirstBundle(client), stopRequest.asked]);
  if (bundle === undefined) return sayStopped(stopRequest);
  const launch = bundle.launch ?? (await launchOfImage(settings.softwareDir));
  requireConfig(bundle, launch);
  reporter.tellState(await readStateMark(settings.stateDir, launch.memoryFile).catch(() => undefined));
  await applyBundle(bundle, launch.configFile, roots);
  await repairAll(settings.stateDir, launch);

  if (launch.relay !== null) await startRelay(settings.port);
  const child = startChild(settings, launch, fillerOf(settings, bundle.warmup), process.env);
  child.tellTurnFaults(({ runId, words }) => reporter.report("turn_failed", { detail: redact(words, secrets), runId }));
  reporter.report("waiting", { generation: bundle.generation });
  const work = keepUpToDate(around, { bundle, launch, roots, child });
  const exit = await Promise.race([child.exited, stopRequest.asked, work]);
  if (exit !== undefined) return endWithChild(exit, reporter, bundle.generation);

  ending.abort();
  await child.stop();
  return sayStopped(stopRequest);
}

/** An agent whose database can't be read starts all the same: its software says better what is wrong with it. */
async function repairAll(stateDir: string, { repairs }: Launch): Promise<void> {
  for (const each of repairs) {
    try {
      const count = await repair(stateDir, each);
      if (count > 0) say("repaired", { name: each.name, count });
    } catch (error) {
      say("repair-failed", { name: each.name, reason: wordsOf(error) });
    }
  }
}

/** Asks until Mosaic answers. A bundle that makes no sense ends the container: a second one would be the same. */
async function fetchFirstBundle(client: ApiClient): Promise<ReadBundle> {
  const backoff = new Backoff();
  for (let attempt = 1; ; attempt++) {
    const text = await client.fetchBundle(ending.signal).catch((error: unknown) => {
      if (error instanceof FatalError || ending.signal.aborted) throw error;
      if (attempt === 1) say("waiting-for-mosaic", { reason: wordsOf(error) });
      return null;
    });
    if (text !== null) return readFirstBundle(text);
    await sleep(backoff.next(), undefined, { signal: ending.signal });
  }
}

function readFirstBundle(text: string): ReadBundle {
  try {
    return readBundle(text);
  } catch (error) {
    throw new FatalError("bundle-invalid", 78, wordsOf(error));
  }
}

function requireConfig(bundle: ReadBundle, launch: Launch): void {
  const { configFile } = launch;
  if (configFile !== null && !hasConfig(bundle, launch)) throw new FatalError("bundle-invalid", 78, `the bundle has no ${configFile}`);
}

function readBundle(text: string): ReadBundle {
  const bundle = parseBundle(text);
  for (const secret of secretsOf(bundle)) secrets.add(secret);
  return bundle;
}

/** Sees the child through its start, then follows the generations for as long as it runs. Resolves when the supervisor ends. */
async function keepUpToDate({ settings, client, reporter }: Surroundings, run: Run): Promise<undefined> {
  const { bundle, launch, child } = run;
  try {
    if (!(await waitUntilReady(launch.readiness, settings.port, ending.signal))) {
      throw new FatalError("gateway-not-ready", 75, "the gateway was not ready within an hour");
    }
    const { generation } = bundle;
    // Whoever waits already makes the first turn themselves, and would only wait for ours.
    if (bundle.warmup !== null && launch.warmUp !== null && !(await reporter.reportWarming({ generation })).isAwaited) {
      const fill = fillerOf(settings, bundle.warmup);
      await warmUp(launch.readiness.port ?? settings.port, launch.warmUp, fill, ending.signal).catch((error: unknown) =>
        say("warm-up-failed", { reason: wordsOf(error) }),
      );
    }
    reporter.report("ready", { generation });
    say("ready", { generation });
    await followGenerations(client, reporter, run);
  } catch (error) {
    if (ending.signal.aborted) return;
    ending.abort();
    await child.stop();
    throw error;
  }
}

/** Waits for the next bundle and applies it. Whatever goes wrong, the child runs on with what it has. */
async function followGenerations(client: ApiClient, reporter: Reporter, run: Run): Promise<void> {
  const backoff = new Backoff();
  let { generation } = run.bundle;
  let lastFault = "";
  while (!ending.signal.aborted) {
    const askedAt = Date.now();
    try {
      const text = await client.waitForBundle(generation, ending.signal);
      const next = text === null ? null : readBundle(text);
      if (next !== null && next.generation !== generation) {
        await applyGeneration(next, reporter, run);
        ({ generation } = next);
      } else {
        // An API that does not wait must not make us spin.
        await sleep(Math.max(0, askedAt + minPollIntervalMs - Date.now()), undefined, { signal: ending.signal });
      }
      backoff.reset();
      lastFault = "";
    } catch (error) {
      if (ending.signal.aborted) return;
      const fault = wordsOf(error);
      if (fault !== lastFault) say("update-failed", { reason: fault });
      lastFault = fault;
      await sleep(backoff.next(), undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }
}

/** A new launch is for the next start: what runs goes on as it was started. */
async function applyGeneration(bundle: ReadBundle, reporter: Reporter, run: Run): Promise<void> {
  const { launch, roots, child } = run;
  const { generation } = bundle;
  if (launch.reload === null && needsAnotherStart(run.bundle, bundle)) {
    // Not even the files: what is read at every turn would be ahead of what was read at the start.
    reporter.report("outdated", { generation });
    say("outdated", { generation });
    return;
  }
  const reload = child.confirmReload();
  const { hasConfigChanged } = await applyBundle(bundle, launch.configFile, roots);
  const isAccepted = !hasConfigChanged || (await reload);
  if (isAccepted) reporter.report("applied", { generation });
  else reporter.report("failed", { generation, detail: "the gateway refused the new configuration and runs on with the old one" });
  say(isAccepted ? "applied" : "refused", { generation });
}

async function endWithChild(exit: Exit, reporter: Reporter, generation: string): Promise<number> {
  ending.abort();
  const reason = redact(exit.reason, secrets).slice(0, maxReasonLength);
  say("gateway-exited", { code: exit.code, reason });
  await reporter.reportLast("failed", { generation, detail: `the gateway ended with code ${exit.code}: ${reason}` });
  return exit.code;
}

function sayStopped({ reason }: StopRequest): number {
  ending.abort();
  say("stopped", { reason });
  return 0;
}

function reportFailure(error: unknown): number {
  ending.abort();
  const isExpected = error instanceof FatalError;
  say(isExpected ? error.word : "supervisor-failed", { reason: wordsOf(error) });
  return isExpected ? error.code : 70;
}

function wordsOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error), secrets);
}
