import type { ToolCallPart, ToolCallState } from "@mosaic/contracts/message-parts";
import { textOf, type UnknownRecord } from "@mosaic/incoming/records";
import { cutToolText } from "../tool-text.js";

const maxIdCharacters = 200;
const maxNameCharacters = 200;

/** More run at once in no answer of Hermes'. What comes on top is not shown. */
const maxRunning = 200;

const states: Readonly<Record<string, ToolCallState>> = {
  "": "running",
  running: "running",
  started: "running",
  completed: "completed",
  failed: "failed",
  error: "failed",
};

/** The calls of one answer that have not ended, made of what Hermes tells of its tools. */
export class HermesTools {
  private readonly running = new Map<string, ToolCallPart>();
  private unnamed = 0;

  /** The call as it stands now. `null`: nothing new was told. */
  told(progress: UnknownRecord): ToolCallPart | null {
    const name = textOf(progress["tool"]).slice(0, maxNameCharacters).toWellFormed() || "tool";
    const status = textOf(progress["status"]);
    const given = textOf(progress["toolCallId"]).slice(0, maxIdCharacters).toWellFormed();
    const known = given === "" ? this.lastUnnamed(name, status) : this.running.get(given);
    const state = Object.hasOwn(states, status) ? states[status] : undefined;
    if (known !== undefined && (state ?? "running") === "running") return null;
    const label = textOf(progress["label"]);
    const part: ToolCallPart = {
      ...(known ?? { type: "tool_call", id: given === "" ? `unnamed-${++this.unnamed}` : given, name }),
      state: state ?? "running",
      ...(label === "" ? {} : { input: cutToolText(label) }),
    };
    if (part.state !== "running") this.running.delete(part.id);
    else if (this.running.size < maxRunning) this.running.set(part.id, part);
    else return null;
    return part;
  }

  /** The answer went on: whoever does not tell its calls' ends has ended them. */
  goOn(): readonly ToolCallPart[] {
    return this.end((id) => isUnnamed(id));
  }

  /** The answer is whole: nothing runs any more. */
  endAll(): readonly ToolCallPart[] {
    return this.end(() => true);
  }

  private end(isMeant: (id: string) => boolean): readonly ToolCallPart[] {
    const ended = [...this.running.values()].filter(({ id }) => isMeant(id));
    for (const { id } of ended) this.running.delete(id);
    return ended.map((part) => ({ ...part, state: "completed" }));
  }

  /** A call without an id is ended by the next word of the same tool that says so. */
  private lastUnnamed(name: string, status: string): ToolCallPart | undefined {
    if (status === "" || states[status] === "running") return undefined;
    return [...this.running.values()].findLast((part) => isUnnamed(part.id) && part.name === name);
  }
}

function isUnnamed(id: string): boolean {
  return /^unnamed-\d+$/.test(id);
}
