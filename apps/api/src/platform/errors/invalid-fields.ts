import type { FieldFault } from "@mosaic/contracts/problem";
import { AppError } from "./app-error.js";

const maxTold = 5;

/** A request whose fields are not valid. Its detail names them too, for whoever shows nothing else. */
export function invalidFields(errors: readonly FieldFault[]): AppError {
  const told = errors.slice(0, maxTold).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const rest = errors.length - told.length;
  return new AppError("invalid_input", { detail: `${[...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join(". ")}.`, errors });
}
