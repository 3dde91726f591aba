import { once } from "node:events";
import Docker from "dockerode";

export const engine = new Docker();

/** The agents' containers of one installation, also stopped ones, and without those that measure or copy volumes for a moment. */
export async function agentContainers(instanceId: string): Promise<Docker.ContainerInfo[]> {
  return engine.listContainers({ all: true, filters: { label: [`mosaic.instance=${instanceId}`, "mosaic.agent"] } });
}

async function allContainers(instanceId: string): Promise<Docker.ContainerInfo[]> {
  return engine.listContainers({ all: true, filters: { label: [`mosaic.instance=${instanceId}`] } });
}

/** The volumes of one installation. */
export async function removeAgentVolumes(instanceId: string): Promise<void> {
  const { Volumes } = await engine.listVolumes({ filters: { label: [`mosaic.instance=${instanceId}`] } });
  for (const volume of Volumes ?? []) {
    await engine.getVolume(volume.Name).remove({ force: true });
  }
}

export async function removeAgentContainers(instanceId: string): Promise<void> {
  for (const container of await allContainers(instanceId)) {
    await engine.getContainer(container.Id).remove({ force: true, v: false });
  }
  await removeAgentVolumes(instanceId);
}

/** Stops the gateway inside of an agent's container in its tracks, as a hang does. The supervisor above it goes on. */
export async function stopGatewayProcess(containerId: string): Promise<void> {
  const exec = await engine
    .getContainer(containerId)
    .exec({ Cmd: ["node", "-e", `(${stopChildOfSupervisor.toString()})()`], AttachStdout: true, AttachStderr: true, Tty: true });
  const output = await exec.start({ Tty: true });
  let text = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(output, "end");
  if (text.trim() !== "1") {
    throw new Error(`not one gateway was stopped: ${text}`);
  }
}

/** Runs in the container, so it brings all that it needs. */
function stopChildOfSupervisor(): void {
  const { readdirSync, readFileSync } = process.getBuiltinModule("node:fs");
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  let stoppedCount = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name))) {
    const parent = /^PPid:\s+([0-9]+)/m.exec(read(pid, "status"))?.[1] ?? "0";
    const [program = "", ...words] = read(parent, "cmdline").split("\0");
    // The init above the supervisor has the same words.
    if (program.endsWith("node") && words.some((word) => word.endsWith("supervisor.js"))) {
      process.kill(Number(pid), "SIGSTOP");
      stoppedCount += 1;
    }
  }
  process.stdout.write(String(stoppedCount));
}
