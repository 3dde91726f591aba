import type { TokenScope } from "@mosaic/contracts/access-token";
import { RequestMethod } from "@nestjs/common";
import { METHOD_METADATA, PATH_METADATA } from "@nestjs/common/constants.js";
import { ModulesContainer } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { accessKey, tokenScopes, type Access } from "../../src/platform/http/access.decorator.js";

export interface Route {
  readonly method: string;
  /** As Express writes it: `/api/agents/:id`. */
  readonly path: string;
  /** `undefined`: nobody has said who may call it. */
  readonly access: Access | undefined;
  /** Of a `user` route: the token scopes each of which suffices. */
  readonly scopes: readonly TokenScope[];
  readonly handler: string;
}

/** Every route of every controller that the application has. */
export function routesOf(nest: NestExpressApplication): Route[] {
  const controllers = [...nest.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (typeof metatype === "function" ? routesOfController(metatype) : []));
}

function routesOfController(controller: { readonly name: string; readonly prototype: object }): Route[] {
  const names = Object.getOwnPropertyNames(controller.prototype).filter((name) => name !== "constructor");
  return names.flatMap((name) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
    if (typeof handler !== "function") {
      return [];
    }
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) {
      return [];
    }
    const parts = [Reflect.getMetadata(PATH_METADATA, controller), Reflect.getMetadata(PATH_METADATA, handler)] as string[];
    const access = (Reflect.getMetadata(accessKey, handler) ?? Reflect.getMetadata(accessKey, controller)) as Access | undefined;
    const scopes = (Reflect.getMetadata(tokenScopes, handler) ?? Reflect.getMetadata(tokenScopes, controller) ?? []) as TokenScope[];
    const path = `/${parts
      .map((part) => part.replaceAll(/^\/+|\/+$/g, ""))
      .filter((part) => part !== "")
      .join("/")}`;
    return [{ method: RequestMethod[method], path, access, scopes, handler: `${controller.name}.${name}` }];
  });
}
