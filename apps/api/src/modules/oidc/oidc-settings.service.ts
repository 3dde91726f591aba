import { randomUUID } from "node:crypto";
import type { AuditField } from "@mosaic/contracts/audit-details";
import type { OidcSettings, SaveOidc, TestOidc } from "@mosaic/contracts/oidc";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { SettingCache } from "../settings/setting-cache.service.js";
import { SettingsService } from "../settings/settings.service.js";
import type { StoredOidc } from "../settings/stored-oidc.types.js";
import type { ClientCredentials } from "./client-proof.js";
import { OidcIdentitiesRepository } from "./oidc-identities.repository.js";
import { callbackPath } from "./oidc.types.js";
import { mayCall } from "./plain-address.js";

const target = { type: "setting", id: "oidc.configuration" } as const;
const notConfigured = {
  isConfigured: false,
  isEnabled: false,
  label: "Single sign-on",
  issuer: "",
  clientId: "",
  hasClientSecret: false,
  scopes: ["openid", "profile", "email"],
  allowedEmailDomains: [],
  autoCreate: true,
  roleMappings: [],
};

/** How people sign in through a sign-in server. A change counts at once, on every process. */
@Injectable()
export class OidcSettingsService implements OnApplicationBootstrap {
  private readonly cache: SettingCache<StoredOidc | null>;

  constructor(
    private readonly settings: SettingsService,
    private readonly outbound: OutboundService,
    private readonly identities: OidcIdentitiesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.cache = new SettingCache(clock, async () => this.settings.get("oidc.configuration"));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.settings.onChange("oidc", () => this.cache.drop());
  }

  /** `null` while single sign-on is off or not set up. */
  async enabled(): Promise<StoredOidc | null> {
    const stored = await this.cache.get();
    return stored?.isEnabled === true ? stored : null;
  }

  async isConfigured(): Promise<boolean> {
    return (await this.settings.get("oidc.configuration")) !== null;
  }

  /** What the login page shows on its button; `null`: no button. */
  async signInOption(): Promise<{ label: string } | null> {
    const stored = await this.enabled();
    return stored === null ? null : { label: stored.label };
  }

  /** `origin`: where the browser that asks reaches Mosaic, as long as nothing is stored. */
  async read(origin: string): Promise<OidcSettings> {
    const stored = await this.settings.get("oidc.configuration");
    if (stored === null) {
      return { ...notConfigured, redirectUri: `${origin}${callbackPath}`, rolesNotTold: null };
    }
    const { version: _version, clientSecret, publicUrl, ...shown } = stored;
    const rolesNotTold = await this.rolesNotTold();
    return {
      ...shown,
      isConfigured: true,
      hasClientSecret: clientSecret !== null,
      redirectUri: redirectUriOf({ publicUrl }),
      rolesNotTold,
    };
  }

  async rolesNotTold(): Promise<OidcSettings["rolesNotTold"]> {
    const stored = await this.cache.get();
    return stored === null || stored.roleMappings.length === 0 ? null : this.identities.untold(this.clock.now());
  }

  /** What a test is made with; `null` where it is about the server alone. A stored secret goes to the issuer that it was entered for only. */
  async credentialsOf({ issuer, clientId, clientSecret }: TestOidc): Promise<ClientCredentials | null> {
    if (clientId === undefined || clientSecret !== undefined) {
      return clientId === undefined ? null : { id: clientId, secret: clientSecret ?? null };
    }
    const stored = await this.settings.get("oidc.configuration");
    return stored?.issuer === issuer && stored.clientSecret !== null ? { id: clientId, secret: stored.clientSecret } : null;
  }

  /** Throws `invalid_input` by field: a stored secret is never sent to another issuer than it was entered for. */
  async save(input: SaveOidc, publicUrl: string): Promise<void> {
    await this.assertMayCall(input.issuer);
    await this.settings.change("oidc.configuration", (current) => {
      const next = merge(current, input, publicUrl);
      const details = { isEnabled: next.isEnabled, issuer: next.issuer, changed: changedFields(current, next).join(", ") };
      return { value: next, audit: { action: "oidc.update", target, details } };
    });
    this.cache.drop();
  }

  async remove(): Promise<void> {
    await this.settings.change("oidc.configuration", () => ({ value: null, audit: { action: "oidc.delete", target } }));
    this.cache.drop();
  }

  private async assertMayCall(issuer: string): Promise<void> {
    if (!mayCall(new URL(issuer), await this.outbound.policy())) {
      throw fault("issuer", withoutTls(issuer));
    }
  }
}

export function redirectUriOf({ publicUrl }: Pick<StoredOidc, "publicUrl">): string {
  return `${publicUrl}${callbackPath}`;
}

export function withoutTls(issuer: string): string {
  return `A sign-in server is reached with https://. For one of your own without TLS, allow ${new URL(issuer).host} first: Admin → Network → Allowed addresses.`;
}

function merge(current: StoredOidc | null, input: SaveOidc, publicUrl: string): StoredOidc {
  const isOtherIssuer = current !== null && current.issuer !== input.issuer;
  if (isOtherIssuer && current.clientSecret !== null && input.clientSecret === undefined) {
    throw fault("clientSecret", "The issuer has changed. Enter the client secret of the new one.");
  }
  const clientSecret = input.clientSecret === undefined ? (current?.clientSecret ?? null) : input.clientSecret;
  const next = { ...input, clientSecret, publicUrl, scopes: [...new Set(input.scopes)] };
  const isSame =
    current !== null &&
    !isOtherIssuer &&
    current.clientId === next.clientId &&
    current.clientSecret === clientSecret &&
    current.publicUrl === publicUrl;
  return { ...next, version: isSame ? current.version : randomUUID() };
}

/** Names only: a secret is told to have changed, not what it is. */
function changedFields(current: StoredOidc | null, next: StoredOidc): AuditField[] {
  const names = Object.keys(next).filter((name) => name !== "version") as Exclude<keyof StoredOidc, "version">[];
  return names.filter((name) => JSON.stringify(current?.[name]) !== JSON.stringify(next[name]));
}

function fault(path: string, message: string): AppError {
  return new AppError("invalid_input", { detail: message, errors: [{ path, message }] });
}
