import type { ComponentProps } from "react";
import type { ExtraProps } from "streamdown";
import { m } from "@messages/markdown";

/** The box of a task. Nothing else that an agent writes becomes an input. */
export function TaskBox({ checked }: ComponentProps<"input"> & ExtraProps) {
  return (
    <input type="checkbox" disabled checked={checked === true} aria-label={checked === true ? m.done : m.notDone} className="task-box" />
  );
}
