import { useEffect, useRef, type RefObject } from "react";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { ApiProblem } from "@/lib/api-problem";

/** The fields of a page: by the names of the API, or, where they are called otherwise on the page, by what the API calls them. */
export type PageFields<F extends string> = readonly F[] | Readonly<Record<string, F>>;

export type Faults<F extends string> = Partial<Record<F, string>>;

/**
 * The one way from what the API refused to the fields of a page. `rest` is what has no field there, for the page to show as a whole; `null` if every
 * fault has its field. The first fault of a field is told.
 */
export const splitFaults = <F extends string>(error: unknown, fields: PageFields<F>): { faults: Faults<F>; rest: unknown } => {
  const told = error instanceof ApiProblem ? (error.problem.errors ?? []) : [];
  const faults: Faults<F> = {};
  const lost: typeof told = [];
  for (const fault of told) {
    const field = fieldAt(fault.path, fields);
    if (field === undefined) lost.push(fault);
    else faults[field] ??= fault.message;
  }
  if (Object.keys(faults).length === 0 || !(error instanceof ApiProblem)) return { faults, rest: error };
  return { faults, rest: lost.length === 0 ? null : new ApiProblem({ ...error.problem, errors: lost }) };
};

/** `models.0.id` is about `models`; what is nested in a larger request, as in `agent.model`, is about its inner part. */
const fieldAt = <F extends string>(path: string, fields: PageFields<F>): F | undefined => {
  const known: Readonly<Record<string, F>> = isList(fields) ? Object.fromEntries(fields.map((field) => [field, field])) : fields;
  const [first = "", second = ""] = path.split(".");
  return [first, second].filter((name) => Object.hasOwn(known, name)).map((name) => known[name])[0];
};

const isList = <F extends string>(fields: PageFields<F>): fields is readonly F[] => Array.isArray(fields);

/** Shows each fault beside its field and goes to the first. Answers what is left to be shown as a whole, or `null`. */
export const placeFaults = <T extends FieldValues>(
  error: unknown,
  form: Pick<UseFormReturn<T>, "setError">,
  fields: PageFields<Path<T>>,
): unknown => {
  const { faults, rest } = splitFaults(error, fields);
  (Object.entries(faults) as [Path<T>, string][]).forEach(([field, message], index) =>
    form.setError(field, { type: "server", message }, { shouldFocus: index === 0 }),
  );
  return rest;
};

/** For a form that keeps its faults itself: whenever there are new ones, goes to the first field that has one. */
export const useFirstFault = (faults: Readonly<Record<string, unknown>>): RefObject<HTMLFormElement | null> => {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.values(faults).some((fault) => fault !== undefined)) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [faults]);
  return form;
};
