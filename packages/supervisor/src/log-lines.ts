import type { Launch } from "@mosaic/contracts/agent-config";
import { stripVTControlCharacters } from "node:util";

const maxWords = 500;
const runIdPattern = /^[\w-]{1,80}/;

export interface TurnFault {
  readonly runId: string;
  readonly words: string;
}

/** What lines of a child's log mean. They are told by words that stand in them. */
export class LogLines {
  private readonly log: Launch["log"];
  private readonly reload: Launch["reload"];

  constructor({ log, reload }: Pick<Launch, "log" | "reload">) {
    this.log = log;
    this.reload = reload;
  }

  /** The turn and the words of a line that the child tells its log and not the caller who waits for it; `null` for any other line. */
  turnFaultIn(line: string): TurnFault | null {
    const meant = this.log.turnFault;
    if (meant === null || !meant.lines.some((words) => words.every((word) => line.includes(word)))) return null;
    // Without colours, and without what stands before the words.
    const plain = stripVTControlCharacters(line);
    const runId = runIdPattern.exec(after(plain, meant.idAfter))?.[0] ?? "";
    if (runId === "" || !runId.startsWith(meant.idStart)) return null;
    return { runId, words: fromFirst(plain, meant.tellFrom).slice(0, maxWords) };
  }

  /** Whether the machine was too busy for a boot, in the child's words; "" for any other line. */
  tooBusyIn(line: string): string {
    const lines = this.log.tooBusy?.lines ?? [];
    return hasOne(line, lines) ? fromFirst(line, lines) : "";
  }

  endsTooBusy(exitCode: number | null): boolean {
    return exitCode !== null && this.log.tooBusy !== null && this.log.tooBusy.exitCodes.includes(exitCode);
  }

  /** `null`: it says nothing of a configuration. */
  reloadIn(line: string): "accepted" | "refused" | null {
    if (this.reload === null || !hasOne(line, this.reload.lines)) return null;
    return hasOne(line, this.reload.refusals) ? "refused" : "accepted";
  }
}

function hasOne(line: string, words: readonly string[]): boolean {
  return words.some((word) => line.includes(word));
}

function after(line: string, word: string): string {
  const at = line.indexOf(word);
  return at < 0 ? "" : line.slice(at + word.length);
}

/** From the first of the words on; the whole line if none is in it. */
function fromFirst(line: string, words: readonly string[]): string {
  const places = words.map((word) => line.indexOf(word)).filter((at) => at >= 0);
  return places.length === 0 ? line : line.slice(Math.min(...places));
}
