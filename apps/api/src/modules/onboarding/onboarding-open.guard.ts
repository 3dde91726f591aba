import { applyDecorators, Injectable, UseGuards, type CanActivate } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { SettingsService } from "../settings/settings.service.js";

/** Closes the wizard for good once it is finished. */
@Injectable()
export class OnboardingOpenGuard implements CanActivate {
  constructor(private readonly settings: SettingsService) {}

  async canActivate(): Promise<boolean> {
    if ((await this.settings.get("onboarding.completed_at")) !== null) {
      throw new AppError("onboarding_complete", { detail: "Everything can be changed in the settings." });
    }
    return true;
  }
}

/** A step of the wizard after the first: for the signed-in admin, as long as the wizard is not finished. */
export const WizardStep = (): ClassDecorator & MethodDecorator => applyDecorators(AdminOnly(), UseGuards(OnboardingOpenGuard));
