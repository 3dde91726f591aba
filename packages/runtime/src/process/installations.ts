import { join } from "node:path";
import type { PrepareProgress } from "../agent-runtime.js";
import { RuntimeError } from "../agent-runtime.js";
import { SharedTasks } from "../shared-task.js";
import type { AgentImage, Installation } from "../workload-spec.js";
import type { HostEnvironment } from "./child-environment.js";
import { ensureInstalled, isInstalled } from "./npm-installation.js";

export interface InstallationsOptions {
  /** Each installation has a folder in it. */
  readonly parentDir: string;
  readonly nodePath: string;
  readonly hostEnvironment: HostEnvironment;
}

/** The software that agents of this machine are started from. */
export class Installations {
  private readonly options: InstallationsOptions;
  private readonly underWay = new SharedTasks<PrepareProgress>();

  constructor(options: InstallationsOptions) {
    this.options = options;
  }

  async has({ installation }: AgentImage): Promise<boolean> {
    if (installation === null) return false;
    return installation.packages === null || isInstalled(installation.packages, this.folderOf(installation));
  }

  async ensure(image: AgentImage, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (await this.has(image)) return;
    if (image.installation === null || image.installation.packages === null) throw onlyAsImage(image);
    const { label, packages } = image.installation;
    const { nodePath, hostEnvironment } = this.options;
    const targetDir = this.folderOf(image.installation);
    const work = (report: (progress: PrepareProgress) => void, ending: AbortSignal) =>
      ensureInstalled({ label, packages, targetDir, nodePath, hostEnvironment, onProgress: report, signal: ending });
    await this.underWay.run(targetDir, work, onProgress, signal);
  }

  /** What starts it, with its folder in its place. */
  async startOf(image: AgentImage): Promise<Pick<Installation, "command" | "environment">> {
    // A record that an older release wrote has none.
    const installation = (image.installation as Installation | null | undefined) ?? null;
    if (installation === null || !(await this.has(image))) {
      throw new RuntimeError("image_missing", `${installation?.label ?? image.name} is not installed on this machine.`);
    }
    const folder = this.folderOf(installation);
    const fill = (text: string): string => text.replaceAll("{folder}", folder);
    const [file, ...rest] = installation.command;
    const variables = Object.entries(installation.environment).map(([name, value]) => [name, fill(value)] as const);
    return { command: [fill(file), ...rest.map(fill)], environment: Object.fromEntries(variables) };
  }

  private folderOf({ packages }: Installation): string {
    return packages === null ? this.options.parentDir : join(this.options.parentDir, packages.folder);
  }
}

function onlyAsImage({ name }: AgentImage): RuntimeError {
  const detail = `Agents run as processes here, and the software of "${name}" can only be had as an image. Let Mosaic run agents on Docker.`;
  return new RuntimeError("image_missing", detail);
}
