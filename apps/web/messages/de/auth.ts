import { plural } from "@/messages/plural";
import type { m as english } from "@/messages/en/auth";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  loading: "Wird geladen",
  signInToMosaic: "Bei Mosaic anmelden",
  yourPrivateAgentsAreWaiting: "Ihre privaten Agenten warten auf Sie.",
  enterYourUserName: "Geben Sie Ihren Benutzernamen ein",
  enterYourPassword: "Geben Sie Ihr Passwort ein",
  setupIsUnfinished: "Die Einrichtung ist noch nicht abgeschlossen. Melden Sie sich mit dem Administratorkonto an, um fortzufahren.",
  userName: "Benutzername",
  password: "Passwort",
  passwordToShow: "Passwort",
  signIn: "Anmelden",
  newHere: "Neu hier?",
  youWereInvited: "Wurden Sie eingeladen?",
  makeYourAccount: "Konto anlegen",
  continueWith: (server) => `Weiter mit ${server}`,
  orWithAPassword: "oder mit einem Passwort",
  oidcProblems: {
    oidc_unavailable: {
      title: "Der Anmeldeserver ist nicht erreichbar",
      detail:
        "Versuchen Sie es gleich noch einmal, oder melden Sie sich mit Ihrem Passwort an, falls Sie eines haben. Admins finden mehr unter Admin → Anmeldung.",
    },
    oidc_server_error: {
      title: "Der Anmeldeserver konnte die Anmeldung nicht abschließen",
      detail: "Er meldet einen eigenen Fehler. Versuchen Sie es gleich noch einmal. Bleibt es dabei, nennt sein Protokoll den Grund.",
    },
    oidc_client_refused: {
      title: "Der Anmeldeserver akzeptiert Mosaic nicht",
      detail:
        "Er hat die Client-ID oder das Client-Secret abgelehnt. Ein Admin muss beides unter Admin → Anmeldung neu eingeben. Wenn Sie hier ein Passwort haben, melden Sie sich damit an.",
    },
    oidc_clock_skew: {
      title: "Die Uhren von Mosaic und Anmeldeserver weichen voneinander ab",
      detail:
        "Solange nicht beide per NTP gestellt sind, kann sich dort niemand anmelden. Wenn Sie hier ein Passwort haben, melden Sie sich damit an.",
    },
    oidc_misconfigured: {
      title: "Single Sign-on ist nicht richtig eingerichtet",
      detail:
        "„Diesen Server testen“ unter Admin → Anmeldung zeigt einem Admin, was nicht stimmt. Wenn Sie hier ein Passwort haben, melden Sie sich damit an.",
    },
    oidc_refused: {
      title: "Die Anmeldung wurde abgebrochen oder abgelehnt",
      detail: "Ihr Anmeldeserver hat Sie nicht eingelassen. Versuchen Sie es erneut, oder fragen Sie, wer ihn betreibt.",
    },
    oidc_expired: {
      title: "Das hat zu lange gedauert",
      detail: "Eine Anmeldung muss innerhalb von zehn Minuten in demselben Browser abgeschlossen werden. Versuchen Sie es erneut.",
    },
    oidc_invalid: {
      title: "Die Antwort des Anmeldeservers ist nicht vertrauenswürdig",
      detail:
        "Mosaic konnte sie nicht prüfen, deshalb wurde niemand angemeldet. Versuchen Sie es erneut. Bleibt es dabei, informieren Sie einen Admin.",
    },
    oidc_not_allowed: {
      title: "Dieses Konto darf Mosaic nicht nutzen",
      detail: "Nur bestätigte E-Mail-Adressen bestimmter Domains sind zugelassen. Fragen Sie einen Admin.",
    },
    oidc_no_account: { title: "Sie haben noch kein Konto", detail: "Bitten Sie einen Admin um eine Einladung." },
    oidc_disabled_account: { title: "Ihr Konto ist deaktiviert", detail: "Bitten Sie einen Admin, es wieder zu aktivieren." },
  },
  seconds: (count) => plural(count, { one: "1 Sekunde", other: `${count} Sekunden` }),
  minutes: (count) => plural(count, { one: "1 Minute", other: `${count} Minuten` }),
  hours: (count) => plural(count, { one: "1 Stunde", other: `${count} Stunden` }),
  serverIsAhead: (amount) => `Die Uhr des Anmeldeservers geht ${amount} vor.`,
  serverIsBehind: (amount) => `Die Uhr des Anmeldeservers geht ${amount} nach.`,
  signUpIsClosed: "Die Registrierung ist geschlossen",
  adminsMakeAccounts: "Konten legen die Admins dieses Mosaic an.",
  invitationsDontWorkNow:
    "Einladungen gelten nicht, solange die Registrierung geschlossen ist. Fragen Sie die Person, die Sie eingeladen hat.",
  backToSignIn: "Zurück zur Anmeldung",
  enterAUserName: (rule) => `Geben Sie einen Benutzernamen ein: ${rule}`,
  passwordBreaksRules: "Das Passwort erfüllt nicht alle Regeln",
  enterInviteCode: "Geben Sie Ihren Einladungscode ein",
  youNeedAnInvitation: "Sie brauchen eine Einladung. Öffnen Sie deren Link, oder geben Sie hier den Code ein.",
  chooseNameAndPassword: "Wählen Sie einen Benutzernamen und ein Passwort. Das ist alles.",
  inviteCode: "Einladungscode",
  createAccount: "Konto erstellen",
  youHaveAnAccount: "Haben Sie schon ein Konto?",
};
