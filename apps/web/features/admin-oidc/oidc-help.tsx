import { ChevronRight } from "lucide-react";

interface Guide {
  readonly name: string;
  readonly issuer: string;
  readonly steps: readonly string[];
}

const guides: readonly Guide[] = [
  {
    name: "Keycloak",
    issuer: "https://keycloak.example.org/realms/<realm>",
    steps: [
      "In your realm open Clients → Create client, type OpenID Connect.",
      "Turn Client authentication on and keep Standard flow; enter the redirect URI above under Valid redirect URIs.",
      "The secret stands under Credentials. For roles, use the claim realm_access.roles, and check that the ID token carries it: Client scopes → roles → Mappers.",
    ],
  },
  {
    name: "Microsoft Entra ID",
    issuer: "https://login.microsoftonline.com/<tenant id>/v2.0",
    steps: [
      "Open App registrations → New registration; choose Web and enter the redirect URI above.",
      "Client ID and tenant ID stand on the overview; make the secret under Certificates & secrets and copy its value, not its ID.",
      "For roles, add app roles, assign people to them, and use the claim roles.",
      "Entra does not say by itself that an e-mail address is verified: leave the e-mail domains below empty, or add that claim to the token. A tenant of your own keeps strangers out.",
    ],
  },
  {
    name: "Google",
    issuer: "https://accounts.google.com",
    steps: [
      "In the Google Cloud console open APIs & Services → Credentials → Create credentials → OAuth client ID, type Web application.",
      "Enter the redirect URI above under Authorised redirect URIs; the ID and the secret are shown afterwards.",
      "Anybody with a Google account could sign in: restrict the e-mail domains below. Google sends no groups.",
    ],
  },
  {
    name: "Authentik",
    issuer: "https://authentik.example.org/application/o/<slug>/",
    steps: [
      "Create a provider of type OAuth2/OpenID with client type Confidential, and an application that uses it.",
      "Enter the redirect URI above with matching mode Strict; the issuer ends with a slash, which belongs to it.",
      "For roles, use the claim groups: it comes with the scope profile.",
    ],
  },
];

export function OidcHelp() {
  return (
    <section aria-label="Where do I find this?" className="grid gap-1 rounded-lg border bg-muted/60 p-3">
      <h3 className="px-1 text-sm font-medium">Where do I find this?</h3>
      {guides.map((guide) => (
        <details key={guide.name} className="group">
          <summary className="flex cursor-pointer list-none items-center gap-2 rounded-md px-1 py-1.5 text-sm hover:bg-accent [&::-webkit-details-marker]:hidden">
            <ChevronRight aria-hidden className="size-4 text-muted-foreground transition-transform group-open:rotate-90" />
            {guide.name}
          </summary>
          <div className="grid gap-2 pb-2 pl-7 pr-2 pt-1 text-[0.8125rem] leading-relaxed text-muted-foreground">
            <p>
              Issuer: <code className="break-all text-foreground">{guide.issuer}</code>
            </p>
            <ol className="list-decimal space-y-1 pl-4">
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
