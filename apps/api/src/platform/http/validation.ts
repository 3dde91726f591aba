import { faultOf } from "@mosaic/contracts/field-faults";
import { StandardSchemaValidationPipe } from "@nestjs/common";
import { invalidFields } from "../errors/invalid-fields.js";

const maxFaults = 50;

/** Validates whatever a route declares a schema for, and names the faults by field. */
export const validationPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) =>
    invalidFields(
      issues.slice(0, maxFaults).map((issue) => ({
        path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
        message: issue.message,
        ...faultOf({ ...issue }),
      })),
    ),
});
