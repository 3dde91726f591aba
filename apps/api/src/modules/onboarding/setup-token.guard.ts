import { setupTokenHeader } from "@mosaic/contracts/onboarding";
import { applyDecorators, Injectable, SetMetadata, UseGuards, type CanActivate, type ExecutionContext } from "@nestjs/common";
import type { Request } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { accessKey, type Access } from "../../platform/http/access.decorator.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { AttemptThrottleService } from "../auth/attempt-throttle.service.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { isSameToken } from "../crypto/tokens.js";
import { SettingsService } from "../settings/settings.service.js";

/** Lets in whoever shows the one-time setup token. It is 256 bits, so the throttle is against noise: the right token is never blocked. */
@Injectable()
export class SetupTokenGuard implements CanActivate {
  constructor(
    private readonly crypto: CryptoService,
    private readonly settings: SettingsService,
    private readonly throttle: AttemptThrottleService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    if (await this.hasToken(request)) {
      return true;
    }
    await this.throttle.countSetupToken(clientAddress(request));
    throw new AppError("setup_token_required", { detail: "Mosaic prints the link with the token when it starts. Open that link." });
  }

  /** Whether a request shows the token, compared in constant time. */
  async hasToken(request: Request): Promise<boolean> {
    const shown = request.headers[setupTokenHeader];
    return typeof shown === "string" && isSameToken(shown, this.crypto.setupToken(await this.settings.instanceId()));
  }
}

/** Only with the setup token. */
export const SetupTokenOnly = (): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(accessKey, "setup" satisfies Access), UseGuards(SetupTokenGuard));
