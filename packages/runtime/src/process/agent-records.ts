import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkloadSpec } from "../workload-spec.js";
import type { ProcessIdentity } from "./process-identity.js";

/** Whose folder it is. Stays for as long as the agent's state does. */
export interface OwnerRecord {
  readonly instanceId: string;
  readonly agentId: string;
}

/** What should be there: the process runtime's "container". */
export interface SpecRecord {
  readonly specHash: string;
  /** Of a record that an older release wrote, only what it had: nothing starts from it, since its hash is another. */
  readonly spec: WorkloadSpec;
}

/** Part of the hash: to be raised when agents have to be started in another way. */
const layoutVersion = 2;

export function specRecordOf(spec: WorkloadSpec): SpecRecord {
  const { labels: _, ...hashed } = spec;
  const specHash = createHash("sha256")
    .update(JSON.stringify([layoutVersion, hashed]))
    .digest("hex")
    .slice(0, 32);
  return { specHash, spec };
}

/** What runs: its leader, and the Mosaic process whose child it is. */
export interface RunRecord {
  readonly leader: ProcessIdentity;
  readonly parent: ProcessIdentity;
  readonly port: number;
  readonly runDir: string;
}

export interface ExitRecord {
  /** `null` if nobody saw it end. */
  readonly exitCode: number | null;
  readonly wasOutOfMemory: boolean;
}

interface Records {
  readonly owner: OwnerRecord;
  readonly spec: SpecRecord;
  readonly run: RunRecord;
  readonly exit: ExitRecord;
  /** The last port, taken again where it is free: an agent's configuration names it. */
  readonly port: { readonly port: number };
}

export interface AgentFolders {
  readonly root: string;
  readonly state: string;
  readonly home: string;
  readonly tmp: string;
}

/** The files of the process runtime: one folder per agent, with small JSON records beside the state. No record holds a secret. */
export class AgentRecords {
  private readonly agentsDir: string;

  constructor(agentsDir: string) {
    this.agentsDir = agentsDir;
  }

  folders(name: string): AgentFolders {
    const root = join(this.agentsDir, name);
    return { root, state: join(root, "state"), home: join(root, "home"), tmp: join(root, "tmp") };
  }

  /** Before all else in it: a folder with no owner is foreign. */
  async claim(name: string, owner: OwnerRecord): Promise<void> {
    await mkdir(this.folders(name).root, { recursive: true, mode: 0o700 });
    await this.write(name, "owner", owner);
    await mkdir(this.folders(name).state, { recursive: true, mode: 0o700 });
  }

  /** For a start: with an empty place for what is temporary. */
  async readyFolders(name: string): Promise<AgentFolders> {
    const folders = this.folders(name);
    await rm(folders.tmp, { recursive: true, force: true });
    for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 });
    return folders;
  }

  async names(): Promise<string[]> {
    const entries = await readdir(this.agentsDir, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  /** Something is in the folder that this installation did not put there. What it puts there first says whose it is. */
  async isForeign(name: string, instanceId: string): Promise<boolean> {
    const entries = await readdir(this.folders(name).root).catch(() => []);
    const owner = await this.read(name, "owner");
    return owner === null ? entries.some((entry) => !entry.startsWith("owner.json")) : owner.instanceId !== instanceId;
  }

  async read<K extends keyof Records>(name: string, kind: K): Promise<Records[K] | null> {
    try {
      return JSON.parse(await readFile(this.path(name, kind), "utf8")) as Records[K];
    } catch {
      // Missing, or cut off by a full disk: for us the same, since every record is renamed into place.
      return null;
    }
  }

  async write<K extends keyof Records>(name: string, kind: K, record: Records[K]): Promise<void> {
    const path = this.path(name, kind);
    const draft = `${path}.${randomUUID().slice(0, 8)}.new`;
    await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, path);
  }

  async erase(name: string, ...kinds: (keyof Records)[]): Promise<void> {
    for (const kind of kinds) await rm(this.path(name, kind), { force: true });
  }

  async eraseAll(name: string): Promise<void> {
    await rm(this.folders(name).root, { recursive: true, force: true });
  }

  private path(name: string, kind: keyof Records): string {
    return join(this.folders(name).root, `${kind}.json`);
  }
}
