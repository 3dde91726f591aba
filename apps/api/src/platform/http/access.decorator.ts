import { applyDecorators, SetMetadata, type CustomDecorator } from "@nestjs/common";
import type { TokenScope } from "@mosaic/contracts/access-token";

/**
 * Who may call a route. `user`: a signed-in browser, or a program's token with one of the declared scopes; `session` and `admin`: a browser
 * only. `setup` and `container` routes carry a guard of their own beside this declaration; the global guard makes sure that they are called on
 * the right port.
 */
export type Access = "public" | "setup" | "user" | "session" | "admin" | "container";

export const ACCESS = "mosaic:access";
/** The token scopes of a `user` route, each of which suffices. */
export const TOKEN_SCOPES = "mosaic:token-scopes";

/** Anybody. */
export const Public = (): CustomDecorator => SetMetadata(ACCESS, "public" satisfies Access);
/** Any signed-in user, and programs whose token has one of these scopes. */
export const SignedIn = (scope: TokenScope, ...others: readonly TokenScope[]): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(ACCESS, "user" satisfies Access), SetMetadata(TOKEN_SCOPES, [scope, ...others]));
/** Any user signed in with a browser: what a leaked token must not reach. */
export const SessionOnly = (): CustomDecorator => SetMetadata(ACCESS, "session" satisfies Access);
/** An admin signed in with a browser. */
export const AdminOnly = (): CustomDecorator => SetMetadata(ACCESS, "admin" satisfies Access);
