import { join } from "node:path";
import { RuntimeError } from "../agent-runtime.js";
import type { AgentImage, Installation } from "../workload-spec.js";
import { ensureInstalled, isInstalled, type NpmInstallation } from "./npm-installation.js";

/** Whether this machine has the software. Each installation has a folder in `parentDir`. */
export async function hasSoftware({ installation }: AgentImage, parentDir: string): Promise<boolean> {
  // A record that an older release wrote has none.
  if (!installation) return false;
  return installation.packages === null || isInstalled(installation.packages, folderOf(installation, parentDir));
}

export async function ensureSoftware(
  { name, installation }: AgentImage,
  parentDir: string,
  { onProgress, signal }: Pick<NpmInstallation, "onProgress" | "signal">,
): Promise<void> {
  signal.throwIfAborted();
  if (installation === null) {
    const detail = `Agents run as processes here, and the software of "${name}" can only be had as an image. Let Mosaic run agents on Docker.`;
    throw new RuntimeError("image_missing", detail);
  }
  const { label, packages } = installation;
  if (packages !== null) await ensureInstalled({ label, packages, targetDir: folderOf(installation, parentDir), onProgress, signal });
}

/** What starts it, with its folder in its place. */
export async function startOf(image: AgentImage, parentDir: string): Promise<Pick<Installation, "command" | "environment">> {
  const { installation } = image;
  if (!installation || !(await hasSoftware(image, parentDir))) {
    throw new RuntimeError("image_missing", `${installation?.label ?? image.name} is not installed on this machine.`);
  }
  const fill = (text: string): string => text.replaceAll("{folder}", folderOf(installation, parentDir));
  const [file, ...rest] = installation.command;
  const variables = Object.entries(installation.environment).map(([name, value]) => [name, fill(value)] as const);
  return { command: [fill(file), ...rest.map(fill)], environment: Object.fromEntries(variables) };
}

function folderOf({ packages }: Installation, parentDir: string): string {
  return packages === null ? parentDir : join(parentDir, packages.folder);
}
