import { StandardSchemaValidationPipe } from "@nestjs/common";
import { AppError } from "../errors/app-error.js";

const maxFaults = 50;

/** Validates whatever a route declares a schema for, and names the faults by field. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    new AppError("invalid_input", {
      detail: "Some fields are not valid.",
      errors: issues.slice(0, maxFaults).map((issue) => ({
        path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
        message: issue.message,
      })),
    }),
});
