import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { sendSignal } from "./agent-process.js";
import type { AgentRecords, RunRecord } from "./agent-records.js";
import { groupMembers, isAlive } from "./process-identity.js";

const pollMs = 25;
const deathLimitMs = 5_000;
const killed = 137;

/**
 * Ends what an earlier Mosaic process left running. Its children end by themselves when it dies, all but those that hang. What belongs to
 * another Mosaic process that is alive is left alone.
 */
export async function endLeftovers(records: AgentRecords): Promise<void> {
  for (const name of await records.names()) {
    const run = await records.read(name, "run");
    if (run === null || (await isAlive(run.parent))) continue;
    await killRun(run, records.folders(name).state);
    await records.write(name, "exit", { exitCode: killed, wasOutOfMemory: false });
    await records.erase(name, "run");
    await rm(run.runDir, { recursive: true, force: true });
  }
}

/** Stops a process that is not our child. */
export async function stopRun(run: RunRecord, stateDir: string, graceMs: number): Promise<void> {
  if (await isAlive(run.leader)) sendSignal(run.leader.pid, "SIGTERM");
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline && (await isAlive(run.leader))) await sleep(pollMs);
  await killRun(run, stateDir);
}

async function killRun({ leader }: RunRecord, stateDir: string): Promise<void> {
  if (await isAlive(leader)) sendSignal(-leader.pid, "SIGKILL");
  // The leader may be gone and its group not. Its number may be another group's by now, so each member must prove that it is the agent's.
  const deadline = Date.now() + deathLimitMs;
  while (Date.now() < deadline) {
    const members = await groupMembers(leader.pid, stateDir);
    for (const pid of members) sendSignal(pid, "SIGKILL");
    if (members.length === 0 && !(await isAlive(leader))) return;
    await sleep(pollMs);
  }
}
