import { role } from "@mosaic/contracts/identity";
import { saveOidc, type OidcSettings, type SaveOidc, type TestOidc } from "@mosaic/contracts/oidc";
import { z } from "zod";
import { m } from "@messages/admin-oidc";

export const oidcValues = z.object({
  isEnabled: z.boolean(),
  label: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  /** Empty: the stored one stays. */
  clientSecret: z.string(),
  hasNoSecret: z.boolean(),
  scopes: z.array(z.string()).readonly(),
  allowedEmailDomains: z.array(z.string()).readonly(),
  autoCreate: z.boolean(),
  roleMappings: z.array(z.object({ claim: z.string(), value: z.string(), role })).readonly(),
});
export type OidcValues = Readonly<z.infer<typeof oidcValues>>;

export type OidcFaults = Partial<Record<keyof OidcValues, string>>;

export const toValues = (stored: OidcSettings): OidcValues => ({
  isEnabled: stored.isConfigured ? stored.isEnabled : true,
  label: stored.isConfigured ? stored.label : m.singleSignOn,
  issuer: stored.issuer,
  clientId: stored.clientId,
  clientSecret: "",
  hasNoSecret: stored.isConfigured && !stored.hasClientSecret,
  scopes: stored.scopes.length > 0 ? stored.scopes : ["openid", "profile", "email"],
  allowedEmailDomains: stored.allowedEmailDomains,
  autoCreate: stored.isConfigured ? stored.autoCreate : true,
  roleMappings: stored.roleMappings,
});

/** A stored secret is never sent to another address than the one it was entered for. */
const keepsSecret = (values: OidcValues, stored: OidcSettings): boolean => stored.hasClientSecret && values.issuer.trim() === stored.issuer;

export const toSaveOidc = (values: OidcValues): SaveOidc => {
  const { hasNoSecret, clientSecret, scopes, allowedEmailDomains, roleMappings, ...rest } = values;
  const secret = hasNoSecret ? { clientSecret: null } : clientSecret.trim() === "" ? {} : { clientSecret: clientSecret.trim() };
  return {
    ...rest,
    label: rest.label.trim(),
    issuer: rest.issuer.trim(),
    clientId: rest.clientId.trim(),
    scopes: [...scopes],
    allowedEmailDomains: [...allowedEmailDomains],
    roleMappings: [...roleMappings],
    ...secret,
  };
};

/** What the test is made with: as much of it as is entered. A stored secret is Mosaic's to add. */
export const toTestOidc = (values: OidcValues): TestOidc => {
  const { issuer, clientId, clientSecret } = toSaveOidc(values);
  if (clientId === "") return { issuer };
  return { issuer, clientId, ...(clientSecret === undefined ? {} : { clientSecret }) };
};

const words: OidcFaults = {
  label: m.giveTheButtonALabel,
  clientId: m.enterTheClientIdThat,
  roleMappings: m.fillInTheClaimAnd,
};

const isField = (name: string, values: OidcValues): name is keyof OidcValues => name in values;

export const checkOidc = (values: OidcValues, stored: OidcSettings): OidcFaults => {
  const faults: OidcFaults = {};
  for (const issue of saveOidc.safeParse(toSaveOidc(values)).error?.issues ?? []) {
    const [field, index] = issue.path;
    if (typeof field !== "string" || !isField(field, values) || faults[field] !== undefined) continue;
    const list = values[field];
    const entry: unknown = Array.isArray(list) && typeof index === "number" ? list[index] : null;
    faults[field] = typeof entry === "string" ? `${entry}: ${issue.message}` : (words[field] ?? issue.message);
  }
  const needsSecret = !values.hasNoSecret && values.clientSecret.trim() === "" && !keepsSecret(values, stored);
  if (needsSecret && faults.clientSecret === undefined) {
    faults.clientSecret = stored.hasClientSecret ? m.enterTheSecretAgainThe : m.enterTheClientSecretOr;
  }
  return faults;
};

/** The fields that show their faults. */
export const oidcFields = [
  "label",
  "issuer",
  "clientId",
  "clientSecret",
  "scopes",
  "allowedEmailDomains",
  "roleMappings",
] as const satisfies readonly (keyof OidcValues)[];

export const hasFaults = (faults: OidcFaults): boolean => Object.keys(faults).length > 0;

/** What an admin would allow to let Mosaic call this server: its host, and its port where it is not the usual one. */
export const addressOf = (issuer: string): string | null => (URL.canParse(issuer) ? new URL(issuer).host : null);
