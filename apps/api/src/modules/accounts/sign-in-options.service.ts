import { signUpMode, type SignInOptions, type SignUpMode } from "@mosaic/contracts/account";
import { Injectable } from "@nestjs/common";
import { OidcSettingsService } from "../oidc/oidc-settings.service.js";
import { SettingsService, settingKeys } from "../settings/settings.service.js";

const modeUnlessSet: SignUpMode = "invite";

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
    const stored = signUpMode.safeParse(await this.settings.get(settingKeys.signUpMode));
    return stored.success ? stored.data : modeUnlessSet;
  }

  async setSignUpMode(mode: SignUpMode): Promise<void> {
    await this.settings.change("sign_up", settingKeys.signUpMode, mode, {
      action: "sign_up.update",
      target: { type: "setting", id: settingKeys.signUpMode },
      details: { mode },
    });
  }
}
