import { plural } from "@/messages/plural";
import type { m as english } from "@/messages/en/admin-oidc";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  offerItOnTheSign: "Auf der Anmeldeseite anbieten",
  offKeptAndUsedBy: "Ausgeschaltet kann es niemand nutzen; die Einstellungen bleiben erhalten.",
  redirectUri: "Redirect-URI",
  registerExactlyThisAddressAt:
    "Tragen Sie genau diese Adresse bei Ihrem Anmeldeserver ein. Sie folgt aus der Adresse dieser Seite, richten Sie Single Sign-on also unter der ein, die alle nutzen werden.",
  issuer: "Aussteller (Issuer)",
  theAddressOfYourSign: "Die Adresse Ihres Anmeldeservers, so wie er sich selbst nennt.",
  httpsLoginExampleOrgRealms: "https://login.example.org/realms/team",
  clientId: "Client-ID",
  labelOfTheButton: "Beschriftung der Schaltfläche",
  peopleSeeContinueWith: (label) => `Zu sehen ist: „Weiter mit ${label}“.`,
  scopes: "Scopes",
  openidIsAlwaysNeededAdd: "openid ist immer nötig; ergänzen Sie groups oder roles, wenn Ihre Regeln unten sie lesen.",
  clientSecret: "Client-Secret",
  aSecretIsStoredLeave: "Ein Secret ist gespeichert. Lassen Sie das Feld leer, um es zu behalten; es wird nie angezeigt.",
  storedEncryptedAndNeverShown: "Wird verschlüsselt gespeichert und nie wieder angezeigt.",
  clientSecretInSentence: "Client-Secret",
  thisClientHasNoSecret: "Dieser Client hat kein Secret (ein öffentlicher Client mit PKCE)",
  whoMayComeIn: "Wer hereindarf",
  makeAccountsByItself: "Konten automatisch anlegen",
  somebodyNewGetsAnAccount:
    "Neue bekommen bei der ersten Anmeldung ein Konto. Ausgeschaltet kommt nur herein, wer sich schon einmal so angemeldet hat.",
  allowedEMailDomains: "Erlaubte E-Mail-Domains",
  emptyAnybodyWhomTheSign: "Leer: alle, die der Anmeldeserver einlässt. Genau: example.org lässt mail.example.org nicht herein.",
  exampleOrg: "example.org",
  inYourRealmOpenClients: "Öffnen Sie in Ihrem Realm Clients → Create client, Typ OpenID Connect.",
  turnClientAuthenticationOnAnd:
    "Schalten Sie Client authentication ein und behalten Sie Standard flow; tragen Sie die Redirect-URI von oben unter Valid redirect URIs ein.",
  theSecretStandsUnderCredentials:
    "Das Secret steht unter Credentials. Nutzen Sie für Rollen den Claim realm_access.roles und prüfen Sie, dass das ID-Token ihn enthält: Client scopes → roles → Mappers.",
  openAppRegistrationsNewRegistration:
    "Öffnen Sie App registrations → New registration; wählen Sie Web und tragen Sie die Redirect-URI von oben ein.",
  clientIdAndTenantId:
    "Client-ID und Mandanten-ID stehen in der Übersicht; legen Sie das Secret unter Certificates & secrets an und kopieren Sie seinen Wert, nicht seine ID.",
  forRolesAddAppRoles: "Legen Sie für Rollen App roles an, weisen Sie ihnen Personen zu und nutzen Sie den Claim roles.",
  entraDoesNotSayBy:
    "Entra sagt von sich aus nicht, ob eine E-Mail-Adresse bestätigt ist: Lassen Sie die E-Mail-Domains unten leer, oder ergänzen Sie diesen Claim im Token. Ein eigener Mandant hält Fremde fern.",
  inTheGoogleCloudConsole:
    "Öffnen Sie in der Google-Cloud-Konsole APIs & Services → Credentials → Create credentials → OAuth client ID, Typ Web application.",
  enterTheRedirectUriAbove:
    "Tragen Sie die Redirect-URI von oben unter Authorised redirect URIs ein; ID und Secret werden danach angezeigt.",
  anybodyWithAGoogleAccount:
    "Jeder mit einem Google-Konto könnte sich anmelden: Schränken Sie die E-Mail-Domains unten ein. Google sendet keine Gruppen.",
  createAProviderOfType:
    "Erstellen Sie einen Provider vom Typ OAuth2/OpenID mit dem Client-Typ Confidential und eine Anwendung, die ihn nutzt.",
  enterTheRedirectUriStrictly:
    "Tragen Sie die Redirect-URI von oben mit Matching mode Strict ein; der Aussteller endet mit einem Schrägstrich, der dazugehört.",
  forRolesUseTheClaim: "Nutzen Sie für Rollen den Claim groups: Er kommt mit dem Scope profile.",
  whereDoIFindThis: "Wo finde ich das?",
  issuerWithColon: "Aussteller:",
  enterTheIssuerFirstA: "Geben Sie zuerst den Aussteller ein: eine Webadresse, die mit https:// beginnt",
  theServerDoesNotAccept: "Der Server akzeptiert Mosaic nicht",
  theClientIdAndSecret: "Client-ID und Secret bestehen nur aus druckbaren Zeichen ohne Leerzeichen.",
  askingTheServer: "Der Server wird gefragt",
  testThisServer: "Diesen Server testen",
  theServerAnswers: "Der Server antwortet",
  theServerCantBeUsed: "Der Server ist noch nicht nutzbar",
  worthKnowing: "Gut zu wissen",
  singleSignOn: "Single Sign-on",
  giveTheButtonALabel: "Geben Sie der Schaltfläche eine Beschriftung mit höchstens 60 Zeichen",
  enterTheClientIdThat: "Geben Sie die Client-ID Ihres Anmeldeservers ein",
  fillInTheClaimAnd: "Füllen Sie Claim und Wert jeder Regel aus, oder entfernen Sie sie",
  enterTheSecretAgainThe: "Geben Sie das Secret neu ein: Das gespeicherte geht nicht an eine neue Adresse",
  enterTheClientSecretOr: "Geben Sie das Client-Secret ein, oder kreuzen Sie an, dass es keines gibt",
  admin: "Admin",
  member: "Mitglied",
  roles: "Rollen",
  optional: "(optional)",
  whatTheSignInServer:
    "Bei jeder Anmeldung bestimmt, was der Anmeldeserver über jemanden sagt, die Rolle; die erste passende Regel gewinnt. Passt keine, werden Neue Mitglied, und sobald eine Regel Admins macht, auch alle, die deren Gruppe verlassen haben. Das Notfallkonto bleibt immer Admin. Ein Claim kann ein Pfad sein: realm_access.roles",
  addRule: "Regel hinzufügen",
  if: "Wenn",
  claimOfRule: (number) => `Claim der Regel ${number}`,
  groups: "groups",
  contains: "enthält",
  valueOfRule: (number) => `Wert der Regel ${number}`,
  mosaicAdmins: "mosaic-admins",
  theyAre: "dann",
  roleOfRule: (number) => `Rolle der Regel ${number}`,
  removeRule: (number) => `Regel ${number} entfernen`,
  signIn: "Anmeldung",
  letPeopleSignInWith: "Anmelden mit vorhandenen Konten, bei jedem Server, der OpenID Connect spricht.",
  theBreakglassAccountsPasswordAlways:
    "Das Passwort des Notfallkontos funktioniert auf der Anmeldeseite immer, was auch immer Sie hier einstellen: Sie können sich nicht aussperren.",
  theSignInServerDid: (claim, people, days) =>
    `Der Anmeldeserver hat in den letzten ${days} Tagen ${claim} von ${plural(people, { one: "einer Person", other: `${people} Personen` })} nicht genannt`,
  theyAreInTooMany: (claim) => (
    <>
      Sie sind in zu vielen Gruppen (Microsoft Entra hört bei etwa 200 auf) und behielten deshalb ihre Rolle, auch Admins. Lassen Sie den
      Server App roles senden und nutzen Sie den Claim {claim} in den Regeln unten, oder lassen Sie ihn nur die Mosaic zugewiesenen Gruppen
      nennen.
    </>
  ),
  itsUserinfoEndpointFailedSo: (claim) =>
    `Sein Userinfo-Endpunkt hat versagt, deshalb behielten sie ihre Rolle, auch Admins. Sein Protokoll nennt den Grund; oder lassen Sie ihn ${claim} ins ID-Token schreiben.`,
  notSetUp: "Nicht eingerichtet",
  on: "An",
  off: "Aus",
  singleSignOnIsOn: "Single Sign-on ist an",
  savedAndOff: "Gespeichert; Single Sign-on ist aus",
  saveSignIn: "Anmeldung speichern",
  removeSingleSignOn: "Single Sign-on entfernen",
  removeSingleSignOnQuestion: "Single Sign-on entfernen?",
  singleSignOnWasRemoved: "Single Sign-on wurde entfernt",
  theSettingsAndTheClient:
    "Die Einstellungen und das Client-Secret werden gelöscht. Konten bleiben, aber wer kein Passwort hat, kann sich nicht mehr anmelden.",
  toOnlyPauseItTurn: "Um es nur auszusetzen, schalten Sie stattdessen „Auf der Anmeldeseite anbieten“ aus.",
  storedButNotKept: "Wird verschlüsselt gespeichert und nie wieder angezeigt. Ein Neuladen leert dieses Feld.",
};
