import { SetMetadata, type CustomDecorator } from "@nestjs/common";
import type { Access } from "./access.decorator.js";

export const bodyLimit = "mosaic:body-limit";

/** Enough for every form: a route that needs more declares it. */
export const smallBodyBytes = 20 * 1024;
/** For routes that anybody may call: a name and a password. */
export const openBodyBytes = 8 * 1024;

/**
 * The largest body of a route that takes more than a form. A character is up to six bytes of JSON (`\u00e4`), so this is six times the characters
 * that the route's schema allows; a test compares the two for every route.
 */
export const BodyLimit = (bytes: number): CustomDecorator => SetMetadata(bodyLimit, bytes);

export function bodyLimitOf(declaredBytes: number | undefined, access: Access | undefined): number {
  return declaredBytes ?? (access === "public" || access === "setup" ? openBodyBytes : smallBodyBytes);
}
