import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { ApiProblem } from "@/lib/api";

/**
 * Shows each fault beside its field. Answers whether all were placed; if not, the caller shows the problem as a whole.
 */
export const placeFaults = <T extends FieldValues>(
  error: unknown,
  form: Pick<UseFormReturn<T>, "setError">,
  fields: readonly Path<T>[],
): boolean => {
  if (!(error instanceof ApiProblem)) return false;
  const faults = error.problem.errors ?? [];
  let placed = 0;
  for (const fault of faults) {
    const field = fields.find((name) => fault.path === name || fault.path.startsWith(`${name}.`) || fault.path.endsWith(`.${name}`));
    if (!field) continue;
    form.setError(field, { type: "server", message: fault.message }, { shouldFocus: placed === 0 });
    placed += 1;
  }
  return placed > 0 && placed === faults.length;
};
