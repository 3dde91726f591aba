import { declaredBackend, type DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { lineAt, placeOf, placesIn, type Place } from "@/features/admin-declared-kinds/json-places";
import { ApiProblem } from "@/lib/api-problem";
import { m } from "@messages/admin-declared-kinds";

/** What is wrong with a text of JSON, and where in it. */
export interface JsonFault extends Place {
  /** With dots; "" is the whole. */
  readonly path: string;
  readonly message: string;
  readonly line: number;
}

const faultsAt = (text: string, told: readonly { readonly path: string; readonly message: string }[]): JsonFault[] => {
  const { places, brokenAt } = placesIn(text);
  const broken = { start: brokenAt ?? 0, end: brokenAt ?? 0 };
  const faults = told.map(({ path, message }) => {
    const { start, end } = path === "" && brokenAt !== null ? broken : placeOf(places, path);
    // A whole object is not selected: the next key would replace it.
    const isScalar = !"{[".includes(text.charAt(start));
    return { path, message, start, end: isScalar ? end : start, line: lineAt(text, start) };
  });
  return faults.toSorted((one, other) => one.start - other.start);
};

/** The declaration that a text is, or what is wrong with it. */
export const readDeclaration = (text: string): { readonly declaration: DeclaredBackend } | { readonly faults: readonly JsonFault[] } => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { faults: faultsAt(text, [{ path: "", message: m.thisIsNoJson }]) };
  }
  const { success, data, error } = declaredBackend.safeParse(value);
  if (success) return { declaration: data };
  return { faults: faultsAt(text, error.issues.map(toTold)) };
};

/** A field that there is not is told of what it stands in: the place that is meant is the field's own. */
const toTold = (issue: { readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] }) => {
  const path = [...issue.path, ...(issue.keys?.slice(0, 1) ?? [])];
  return { path: path.map(String).join("."), message: issue.message };
};

/**
 * What the API found in a text that was sent as the field `sentAs`. `rest` is what is not about the text, for the page to show as a whole; `null` if
 * there is none.
 */
export const faultsOf = (
  error: unknown,
  sentAs: string,
  text: string,
): { readonly faults: readonly JsonFault[]; readonly rest: unknown } => {
  const told = error instanceof ApiProblem ? (error.problem.errors ?? []) : [];
  const isAboutText = ({ path }: { readonly path: string }): boolean => path === sentAs || path.startsWith(`${sentAs}.`);
  const own = told.filter(isAboutText).map(({ path, message }) => ({ path: path.slice(sentAs.length + 1), message }));
  if (own.length === 0 || !(error instanceof ApiProblem)) return { faults: [], rest: error };
  const lost = told.filter((fault) => !isAboutText(fault));
  return { faults: faultsAt(text, own), rest: lost.length === 0 ? null : new ApiProblem({ ...error.problem, errors: lost }) };
};
