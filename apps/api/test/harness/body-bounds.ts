import { ROUTE_ARGS_METADATA } from "@nestjs/common/constants.js";
import { RouteParamtypes } from "@nestjs/common/enums/route-paramtypes.enum.js";
import { ModulesContainer } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { z } from "zod";
import { accessKey, type Access } from "../../src/platform/http/access.decorator.js";
import { bodyLimit, bodyLimitOf } from "../../src/platform/http/body-limit.decorator.js";

/** The largest JSON that a schema accepts. `Infinity` where it names no bound. */
export interface Bounds {
  readonly bytes: number;
  readonly values: number;
  readonly depth: number;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** A character in JSON is up to six bytes: `\u00e4`. */
const bytesPerCharacter = 6;
const scalar: Bounds = { bytes: 24, values: 1, depth: 0 };

export function boundsOf(schema: z.ZodType): Bounds {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return boundsIn(root, (root["$defs"] ?? {}) as Readonly<Record<string, JsonSchema>>);
}

function boundsIn(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): Bounds {
  const { $ref, anyOf, oneOf, allOf, type } = schema as {
    $ref?: string;
    anyOf?: JsonSchema[];
    oneOf?: JsonSchema[];
    allOf?: JsonSchema[];
    type?: string;
  };
  const within = (part: JsonSchema): Bounds => boundsIn(part, definitions);
  if ($ref !== undefined) {
    return within(definitions[$ref.split("/").at(-1) ?? ""] ?? expectDefinition($ref));
  }
  const alternatives = anyOf ?? oneOf ?? allOf;
  if (alternatives !== undefined) {
    return largest(alternatives.map(within));
  }
  if (type === "string") {
    return { ...scalar, bytes: charactersOf(schema) * bytesPerCharacter + 2 };
  }
  if (type === "array") {
    const item = within(schema["items"] as JsonSchema);
    const count = (schema["maxItems"] as number | undefined) ?? Infinity;
    return { bytes: (item.bytes + 1) * count + 2, values: item.values * count + 1, depth: item.depth + 1 };
  }
  return type === "object" ? boundsOfObject(schema, within) : scalar;
}

function boundsOfObject(schema: JsonSchema, within: (part: JsonSchema) => Bounds): Bounds {
  const entries = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>).map(([name, part]) => {
    const bounds = within(part);
    return { ...bounds, bytes: bounds.bytes + name.length + 4 };
  });
  const sum = (pick: (bounds: Bounds) => number): number => entries.reduce((total, bounds) => total + pick(bounds), 0);
  return { bytes: sum(({ bytes }) => bytes) + 2, values: sum(({ values }) => values) + 1, depth: largest(entries).depth + 1 };
}

function charactersOf(schema: JsonSchema): number {
  const values = (schema["enum"] ?? ("const" in schema ? [schema["const"]] : undefined)) as readonly unknown[] | undefined;
  if (values !== undefined) {
    return Math.max(...values.map((value) => String(value).length));
  }
  const fixed: Readonly<Record<string, number>> = { uuid: 36, "date-time": 64, date: 10 };
  return (schema["maxLength"] as number | undefined) ?? fixed[String(schema["format"])] ?? Infinity;
}

function largest(all: readonly Bounds[]): Bounds {
  const max = (pick: (bounds: Bounds) => number): number => Math.max(0, ...all.map(pick));
  return { bytes: max(({ bytes }) => bytes), values: max(({ values }) => values), depth: max(({ depth }) => depth) };
}

function expectDefinition(name: string): never {
  throw new Error(`The schema has no definition ${name}.`);
}

export interface BodyRoute {
  readonly handler: string;
  readonly limitBytes: number;
  readonly isDeclared: boolean;
  readonly bounds: Bounds;
}

/** Every route that takes a body, with what it declares and what its schema allows. */
export function bodyRoutesOf(nest: NestExpressApplication): BodyRoute[] {
  const controllers = [...nest.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    const prototype = (metatype as { prototype: object }).prototype;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, metatype as object, name) ?? {}) as Record<
        string,
        { schema?: z.ZodType }
      >;
      const body = Object.entries(parameters).find(([key]) => key.startsWith(`${RouteParamtypes.BODY}:`))?.[1];
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as object;
      const declared = body === undefined ? undefined : (Reflect.getMetadata(bodyLimit, handler) as number | undefined);
      const access =
        body === undefined
          ? undefined
          : ((Reflect.getMetadata(accessKey, handler) ?? Reflect.getMetadata(accessKey, metatype as object)) as Access);
      return body === undefined
        ? []
        : [
            {
              handler: `${(metatype as { name: string }).name}.${name}`,
              limitBytes: bodyLimitOf(declared, access),
              isDeclared: declared !== undefined,
              bounds: body.schema === undefined ? { bytes: Infinity, values: Infinity, depth: Infinity } : boundsOf(body.schema),
            },
          ];
    });
  });
}
