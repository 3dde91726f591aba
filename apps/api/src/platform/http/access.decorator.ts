import { applyDecorators, SetMetadata, type CustomDecorator } from "@nestjs/common";
import type { TokenScope } from "@mosaic/contracts/access-token";

/**
 * Who may call a route. `user`: a signed-in browser, or a program's token with one of the declared scopes; `session` and `admin`: a browser
 * only. `setup` and `container` routes carry a guard of their own beside this declaration; the global guard makes sure that they are called on
 * the right port.
 */
export type Access = "public" | "setup" | "user" | "session" | "admin" | "container";

export const accessKey = "mosaic:access";
/** The token scopes of a `user` route, each of which suffices. */
export const tokenScopes = "mosaic:token-scopes";

/** Anybody. */
export const Public = (): CustomDecorator => SetMetadata(accessKey, "public" satisfies Access);
/** Any signed-in user, and programs whose token has one of these scopes. */
export const SignedIn = (scope: TokenScope, ...others: readonly TokenScope[]): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(accessKey, "user" satisfies Access), SetMetadata(tokenScopes, [scope, ...others]));
/** Any user signed in with a browser: what a leaked token must not reach. */
export const SessionOnly = (): CustomDecorator => SetMetadata(accessKey, "session" satisfies Access);
/** An admin signed in with a browser. */
export const AdminOnly = (): CustomDecorator => SetMetadata(accessKey, "admin" satisfies Access);
