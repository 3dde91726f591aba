import { ChevronRight } from "lucide-react";
import { m } from "@messages/admin-oidc";

interface Guide {
  readonly name: string;
  readonly issuer: string;
  readonly steps: readonly string[];
}

const guides: readonly Guide[] = [
  {
    name: "Keycloak",
    issuer: "https://keycloak.example.org/realms/<realm>",
    steps: [m.inYourRealmOpenClients, m.turnClientAuthenticationOnAnd, m.theSecretStandsUnderCredentials],
  },
  {
    name: "Microsoft Entra ID",
    issuer: "https://login.microsoftonline.com/<tenant id>/v2.0",
    steps: [m.openAppRegistrationsNewRegistration, m.clientIdAndTenantId, m.forRolesAddAppRoles, m.entraDoesNotSayBy],
  },
  {
    name: "Google",
    issuer: "https://accounts.google.com",
    steps: [m.inTheGoogleCloudConsole, m.enterTheRedirectUriAbove, m.anybodyWithAGoogleAccount],
  },
  {
    name: "Authentik",
    issuer: "https://authentik.example.org/application/o/<slug>/",
    steps: [m.createAProviderOfType, m.enterTheRedirectUriStrictly, m.forRolesUseTheClaim],
  },
];

export function OidcHelp() {
  return (
    <section aria-label={m.whereDoIFindThis} className="grid gap-1 rounded-lg border bg-muted/60 p-3">
      <h3 className="px-1 text-sm font-medium">{m.whereDoIFindThis}</h3>
      {guides.map((guide) => (
        <details key={guide.name} className="group">
          <summary className="flex cursor-pointer list-none items-center gap-2 rounded-md px-1 py-1.5 text-sm hover:bg-accent [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden className="size-4 text-muted-foreground transition-transform group-open:rotate-90" />
            {guide.name}
          </summary>
          <div className="grid gap-2 pb-2 ps-7 pe-2 pt-1 text-[0.8125rem] leading-relaxed text-muted-foreground">
            <p>
              {m.issuerWithColon} <code className="break-all text-foreground">{guide.issuer}</code>
            </p>
            <ol className="list-decimal space-y-1 ps-4">
              {guide.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </div>
        </details>
      ))}
    </section>
  );
}
