import type { AgentToolGroup, AgentTools } from "@mosaic/contracts/agent";
import type { AgentBackend } from "./agent-backend.js";

/** What a new row of the `backends` table has. From then on it is the admins'. */
export interface BackendDefaults {
  readonly image: string;
  readonly memoryLimitBytes: number;
  /** Billionths of a CPU. */
  readonly nanoCpus: number;
  readonly pidsLimit: number;
  /** Of what an agent keeps on the disk. */
  readonly stateLimitBytes: number;
  readonly readyTimeoutMs: number;
  readonly idleTimeoutSeconds: number;
  readonly tools: AgentTools;
}

/** How its containers are started. The software is made for it, so that no admin can change it. */
export interface BackendContainer {
  /** Where its gateway listens. */
  readonly port: number;
  /** Where an agent's state is mounted. */
  readonly stateDir: string;
  /** Where the bundle and its keys are, in memory. */
  readonly runDir: string;
  /** `null`: the image's own. */
  readonly command: readonly [string, ...string[]] | null;
  readonly environment: Readonly<Record<string, string>>;
  /** The uid, and the group's: what it runs as, and whose its state is. */
  readonly user: number;
  /** `image`: the image was made with it, and starts it. `mounted`: the image knows nothing of Mosaic, so that the driver brings it in and starts it. */
  readonly supervisor: "image" | "mounted";
  /** Whether it writes outside its state, `/tmp` and its run folder. */
  readonly writesRoot: boolean;
}

/** How a machine without an engine gets the software from npm and starts it. Paths are those of `docker/<id>`, or of the installation. */
export interface InstallRecipe {
  /** Of the folder that it is installed into. Another release has another one. */
  readonly folder: string;
  /** A file of the installation without which it is none. */
  readonly proof: string;
  /** A script of the installation that is run once, after npm: npm itself runs none. */
  readonly setUp: string | null;
  /** `{node}` is Mosaic's own Node, `{supervisor}` its supervisor, `{folder}` the installation; also in the variables. */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

/** What pages and the table in docs/backends.md say of a kind, beside what follows from its other parts. */
export interface BackendCapabilities {
  /** The groups of tools that its owner can switch. */
  readonly tools: readonly AgentToolGroup[];
  /** It shows what its tools are doing. */
  readonly showsTools: boolean;
  readonly showsThoughts: boolean;
  /** A model is shown the images of a message. */
  readonly takesImages: boolean;
  /** `live`: it takes a change over while it runs. `turn`: at the next message. `conversation`: in conversations that begin later. `restart`: Mosaic restarts it between two answers. */
  readonly changes: { readonly model: ChangeMoment; readonly personality: ChangeMoment };
}

export type ChangeMoment = "live" | "turn" | "conversation" | "restart";

/** A kind of agent software: everything that Mosaic decides by the kind. */
export interface BackendDefinition<Id extends string> extends Omit<AgentBackend, "id"> {
  readonly id: Id;
  /** What people call it. */
  readonly label: string;
  /** What it is good at, in a sentence for whoever chooses. */
  readonly description: string;
  readonly capabilities: BackendCapabilities;
  readonly defaults: BackendDefaults;
  readonly container: BackendContainer;
  /** `relay`: it speaks OpenAI's chat API to Mosaic's relay alone, whatever the provider is and whosever its key. `any`: it speaks to each kind of provider itself. */
  readonly models: "any" | "relay";
  /** `null`: it is only to be had as an image. */
  readonly installation: InstallRecipe | null;
}
