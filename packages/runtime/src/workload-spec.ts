/** Packages of npm's that are software, as a lockfile pins them. */
export interface NpmPackages {
  /** The name of the folder that they are installed into. Another release has another one. */
  readonly folder: string;
  /** The folder with the package.json and package-lock.json to install from. */
  readonly lockDir: string;
  /** A file of the installation without which it is none. */
  readonly proof: string;
  /** A script of the installation that is run once, after npm: npm itself runs none. */
  readonly setUp: string | null;
}

/** How a machine without an engine gets the software and starts it. */
export interface Installation {
  /** What people call the software. */
  readonly label: string;
  /** `null`: the machine has all that the command needs. */
  readonly packages: NpmPackages | null;
  /** `{folder}`, here and in the variables, is where the packages were installed. */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

/** An image that a registry has, or that ships with Mosaic as a folder with a Dockerfile. */
export interface BuildableImage {
  readonly name: string;
  readonly buildContext: string | null;
  /** Files and folders from elsewhere that the Dockerfile copies too, by their place in the context. */
  readonly buildParts?: Readonly<Record<string, string>>;
}

/** A folder of another image, mounted read-only at the same place. That image has a shell, `du` and `df`. */
export interface BorrowedFolder {
  readonly image: BuildableImage;
  readonly path: string;
}

/**
 * What a workload is started from. `buildContext` is a folder with a Dockerfile that ships with Mosaic, for images that no registry has.
 * `installation` is the same software for drivers without an engine; `null`: there it is not to be had.
 */
export interface AgentImage extends BuildableImage {
  /** What the image lacks, out of another one. Without an engine there is no image to lack it. */
  readonly borrows?: BorrowedFolder;
  readonly installation: Installation | null;
}

export interface WorkloadLimits {
  readonly memoryBytes: number;
  /** Billionths of a CPU, as the engine counts them. */
  readonly nanoCpus: number;
  readonly pids: number;
}

/** Where a workload has its folders: `state` stays for as long as the agent, `run` is in memory and ends with the container. */
export interface WorkloadMounts {
  readonly state: string;
  readonly run: string;
}

/** `stdin`: the first line of standard input, so that it is in no environment and on no disk. */
export type TokenHandover = "stdin";

/**
 * The whole of what should run. Drivers know nothing else of it: whatever an agent's software needs is here. Its hash is a label, so that a
 * changed spec replaces the container and an equal one adopts it.
 *
 * A driver tells every workload its place in four variables: MOSAIC_AGENT_STATE_DIR, MOSAIC_AGENT_RUN_DIR, MOSAIC_AGENT_PORT, and, where it
 * has to end with Mosaic, MOSAIC_EXIT_WITH_PARENT=1. In a container these are `mounts` and `port`; where workloads share the folders and ports
 * of a machine, the driver chooses others.
 */
export interface WorkloadSpec {
  /**
   * Unique on the engine, also the fixed hostname: software may hold its state under it. 2 to 63 small letters, digits and dashes; anything else
   * is `refused`.
   */
  readonly name: string;
  readonly instanceId: string;
  readonly agentId: string;
  readonly image: AgentImage;
  /** In place of the image's own. Without an engine, the installation has its command. */
  readonly command: readonly [string, ...string[]] | null;
  /** No secret in it: everybody who may look at containers sees it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where its gateway listens. */
  readonly port: number;
  readonly mounts: WorkloadMounts;
  /** The uid that it runs as, and the gid; its folders are theirs. Never 0. Without an engine it is Mosaic's own. */
  readonly user: number;
  /** Its own files can't be changed: only its folders and `/tmp`. */
  readonly isRootReadOnly: boolean;
  readonly limits: WorkloadLimits;
  /** For people who look with the engine's own tools. A container that lacks one is as good: they are no part of the hash. */
  readonly labels: Readonly<Record<string, string>>;
  readonly tokenBy: TokenHandover;
}
