import { Param, type ArgumentMetadata, type PipeTransform } from "@nestjs/common";
import { ApiParam } from "@nestjs/swagger";
import { z } from "zod";
import { AppError } from "../errors/app-error.js";

class UuidPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, _metadata: ArgumentMetadata): string {
    const result = z.uuid().safeParse(value);
    if (!result.success) {
      throw new AppError("not_found");
    }
    return result.data.toLowerCase();
  }
}

/** An id in a path. What is not an id is answered as an id that does not exist. */
export const PathId =
  (name = "id"): ParameterDecorator =>
  (target, key, index) => {
    Param(name, new UuidPipe())(target, key, index);
    if (key !== undefined) {
      const descriptor = Object.getOwnPropertyDescriptor(target, key);
      if (descriptor !== undefined) {
        ApiParam({ name, schema: { type: "string", format: "uuid" } })(target, key, descriptor);
      }
    }
  };
