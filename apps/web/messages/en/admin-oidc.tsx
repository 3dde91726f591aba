import type { ReactNode } from "react";
import { plural } from "@/messages/plural";

export const m = {
  offerItOnTheSign: "Offer it on the sign-in page",
  offKeptAndUsedBy: "When it is off, nobody can use it; the settings are kept.",
  redirectUri: "Redirect URI",
  registerExactlyThisAddressAt:
    "Register exactly this address at your sign-in server. It follows from the address of this page, so set up single sign-on at the one that people will use.",
  issuer: "Issuer",
  theAddressOfYourSign: "The address of your sign-in server, as it names itself.",
  httpsLoginExampleOrgRealms: "https://login.example.org/realms/team",
  clientId: "Client ID",
  labelOfTheButton: "Label of the button",
  peopleSeeContinueWith: (label: string) => `People see: “Continue with ${label}”.`,
  scopes: "Scopes",
  openidIsAlwaysNeededAdd: "openid is always needed; add groups or roles if your rules below read them.",
  clientSecret: "Client secret",
  aSecretIsStoredLeave: "A secret is stored. Leave this empty to keep it; it is never shown.",
  storedEncryptedAndNeverShown: "Stored encrypted, and never shown again.",
  clientSecretInSentence: "client secret",
  thisClientHasNoSecret: "This client has no secret (a public client with PKCE)",
  whoMayComeIn: "Who may come in",
  makeAccountsByItself: "Make accounts automatically",
  somebodyNewGetsAnAccount:
    "New people get an account at their first sign-in. When it is off, only those who have signed in before are let in.",
  allowedEMailDomains: "Allowed e-mail domains",
  emptyAnybodyWhomTheSign: "Empty: anybody whom the sign-in server lets in. Exact: example.org does not let mail.example.org in.",
  exampleOrg: "example.org",
  inYourRealmOpenClients: "In your realm open Clients → Create client, type OpenID Connect.",
  turnClientAuthenticationOnAnd:
    "Turn Client authentication on and keep Standard flow; enter the redirect URI above under Valid redirect URIs.",
  theSecretStandsUnderCredentials:
    "The secret is under Credentials. For roles, use the claim realm_access.roles, and check that the ID token carries it: Client scopes → roles → Mappers.",
  openAppRegistrationsNewRegistration: "Open App registrations → New registration; choose Web and enter the redirect URI above.",
  clientIdAndTenantId:
    "Client ID and tenant ID are on the overview; make the secret under Certificates & secrets and copy its value, not its ID.",
  forRolesAddAppRoles: "For roles, add app roles, assign people to them, and use the claim roles.",
  entraDoesNotSayBy:
    "Entra does not say by itself that an e-mail address is verified: leave the e-mail domains below empty, or add that claim to the token. A tenant of your own keeps strangers out.",
  inTheGoogleCloudConsole:
    "In the Google Cloud console open APIs & Services → Credentials → Create credentials → OAuth client ID, type Web application.",
  enterTheRedirectUriAbove: "Enter the redirect URI above under Authorised redirect URIs; the ID and the secret are shown afterwards.",
  anybodyWithAGoogleAccount: "Anybody with a Google account could sign in: restrict the e-mail domains below. Google sends no groups.",
  createAProviderOfType: "Create a provider of type OAuth2/OpenID with client type Confidential, and an application that uses it.",
  enterTheRedirectUriStrictly: "Enter the redirect URI above with matching mode Strict; the issuer ends with a slash, which belongs to it.",
  forRolesUseTheClaim: "For roles, use the claim groups: it comes with the scope profile.",
  whereDoIFindThis: "Where do I find this?",
  issuerWithColon: "Issuer:",
  enterTheIssuerFirstA: "Enter the issuer first: a web address that begins with https://",
  theServerDoesNotAccept: "The server does not accept Mosaic",
  theClientIdAndSecret: "The client id and secret may contain only printable characters and no spaces.",
  askingTheServer: "Asking the server",
  testThisServer: "Test this server",
  theServerAnswers: "The server answers",
  theServerCantBeUsed: "The server can’t be used yet",
  worthKnowing: "Worth knowing",
  singleSignOn: "single sign-on",
  giveTheButtonALabel: "Give the button a label of at most 60 characters",
  enterTheClientIdThat: "Enter the client id that the sign-in server gave you",
  fillInTheClaimAnd: "Fill in the claim and the value of every rule, or remove it",
  enterTheSecretAgainThe: "Enter the secret again: the stored one is not sent to a new address",
  enterTheClientSecretOr: "Enter the client secret, or tick that there is none",
  admin: "Admin",
  member: "Member",
  roles: "Roles",
  optional: "(optional)",
  whatTheSignInServer:
    "At every sign-in, what the sign-in server says about a person decides their role; the first rule that matches wins. If none matches, a new person becomes a member; if a rule makes admins, anybody who has left that group becomes a member too. The breakglass admin always stays an admin. A claim may be a path: realm_access.roles",
  addRule: "Add rule",
  if: "If",
  claimOfRule: (number: number) => `Claim of rule ${number}`,
  groups: "groups",
  contains: "contains",
  valueOfRule: (number: number) => `Value of rule ${number}`,
  mosaicAdmins: "mosaic-admins",
  theyAre: "they are",
  roleOfRule: (number: number) => `Role of rule ${number}`,
  removeRule: (number: number) => `Remove rule ${number}`,
  signIn: "Sign-in",
  letPeopleSignInWith: "Let people sign in with the accounts that they already have, at any server that speaks OpenID Connect.",
  theBreakglassAccountsPasswordAlways:
    "The breakglass account’s password always works on the sign-in page, whatever you set here: you can’t lock yourself out.",
  theSignInServerDid: (claim: string, people: number, days: number) =>
    `The sign-in server did not send the ${claim} of ${plural(people, { one: "one person", other: `${people} people` })} in the last ${days} days`,
  theyAreInTooMany: (claim: ReactNode): ReactNode => (
    <>
      They are in too many groups to be named (Microsoft Entra stops at about 200), so they kept the role they had, admins too. Let it send
      app roles and use the claim {claim} in the rules below, or let it name only the groups that are assigned to Mosaic.
    </>
  ),
  itsUserinfoEndpointFailedSo: (claim: string) =>
    `Its userinfo endpoint failed, so they kept the role they had, admins too. Its own log says why; or let it put ${claim} into the ID token.`,
  notSetUp: "Not set up",
  on: "On",
  off: "Off",
  singleSignOnIsOn: "Single sign-on is on",
  savedAndOff: "Saved; single sign-on is off",
  saveSignIn: "Save sign-in",
  removeSingleSignOn: "Remove single sign-on",
  removeSingleSignOnQuestion: "Remove single sign-on?",
  singleSignOnWasRemoved: "Single sign-on was removed",
  theSettingsAndTheClient:
    "The settings and the client secret are deleted. Accounts stay, but people without a password can’t sign in any more.",
  toOnlyPauseItTurn: "To only pause it, turn “Offer it on the sign-in page” off instead.",
  storedButNotKept: "Stored encrypted, and never shown again. A reload empties this field.",
};
