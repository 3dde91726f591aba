import { applyDecorators, SerializeOptions } from "@nestjs/common";
import { ApiResponse } from "@nestjs/swagger";
import type { ZodType } from "zod";

/** Declares what a route answers: fields that the schema does not name are cut, and the OpenAPI document shows it. */
export const ApiAnswer = (status: number, schema: ZodType): MethodDecorator =>
  applyDecorators(SerializeOptions({ schema }), ApiResponse({ status, standardSchema: schema }));
