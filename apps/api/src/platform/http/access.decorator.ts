import { SetMetadata, type CustomDecorator } from "@nestjs/common";

/**
 * Who may call a route. `setup` and `container` routes carry a guard of their own beside this declaration; the global guard makes sure
 * that they are called on the right port.
 */
export type Access = "public" | "setup" | "user" | "admin" | "container" | "internal";

export const ACCESS = "mosaic:access";

/** Anybody. */
export const Public = (): CustomDecorator => SetMetadata(ACCESS, "public" satisfies Access);
/** Any signed-in user. */
export const SignedIn = (): CustomDecorator => SetMetadata(ACCESS, "user" satisfies Access);
/** A signed-in admin. */
export const AdminOnly = (): CustomDecorator => SetMetadata(ACCESS, "admin" satisfies Access);
/** Anybody on the internal port: agents of this installation and the API itself. */
export const InternalPort = (): CustomDecorator => SetMetadata(ACCESS, "internal" satisfies Access);
