import type { Profile, UpdateProfile } from "@mosaic/contracts/account";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { ProfileRepository } from "./profile.repository.js";

/** One's own account. */
@Injectable()
export class ProfileService {
  constructor(private readonly repository: ProfileRepository) {}

  async read(userId: string): Promise<Profile> {
    const found = await this.repository.find(userId);
    if (found === null) {
      throw new AppError("unauthenticated");
    }
    return {
      ...found,
      identities: found.issuers.map((issuer) => ({ issuer: hostOf(issuer) })),
      createdAt: found.createdAt.toISOString(),
    };
  }

  async update(userId: string, { displayName, language }: UpdateProfile): Promise<Profile> {
    if (displayName !== undefined) {
      await this.repository.rename(userId, displayName);
    }
    if (language !== undefined) {
      await this.repository.setLanguage(userId, language);
    }
    return this.read(userId);
  }
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}
