import type { SignInOptions, SignUpMode } from "@mosaic/contracts/account";
import { Injectable } from "@nestjs/common";
import { OidcSettingsService } from "../oidc/oidc-settings.service.js";
import { SettingsService } from "../settings/settings.service.js";

/** What the login page offers beside the password form. */
@Injectable()
export class SignInOptionsService {
  constructor(
    private readonly settings: SettingsService,
    private readonly oidc: OidcSettingsService,
  ) {}

  async read(): Promise<SignInOptions> {
    const [signUp, oidc] = await Promise.all([this.signUpMode(), this.oidc.signInOption()]);
    return { signUp, oidc };
  }

  async signUpMode(): Promise<SignUpMode> {
    return this.settings.get("sign_up.mode");
  }

  async setSignUpMode(mode: SignUpMode): Promise<void> {
    const audit = { action: "sign_up.update", target: { type: "setting", id: "sign_up.mode" }, details: { mode } } as const;
    await this.settings.change("sign_up.mode", () => ({ value: mode, audit }));
  }
}
