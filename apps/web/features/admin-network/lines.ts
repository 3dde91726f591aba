import { ApiProblem } from "@/lib/api";
import { m } from "@messages/admin-network";

export interface LineFault {
  readonly line: string;
  readonly message: string;
}

/** Pasted lists come with commas too. Empty lines and repetitions don't count. */
export const toLines = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  ),
];

/** Which of the lines that were sent the API found fault with. */
export const lineFaults = (error: unknown, sent: readonly string[]): LineFault[] => {
  if (!(error instanceof ApiProblem)) return [];
  return (error.problem.errors ?? []).map(({ path, message }) => {
    const line = sent[Number(/(?<!\d)\d+$/.exec(path)?.[0] ?? "-1")];
    return { line: line === undefined ? m.theList : `“${line}”`, message };
  });
};
