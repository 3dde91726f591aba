import type { OidcProblem } from "@mosaic/contracts/oidc";
import { plural } from "@/messages/plural";

export const m = {
  loading: "Loading",
  signInToMosaic: "Sign in to Mosaic",
  yourPrivateAgentsAreWaiting: "Your private agents are waiting for you.",
  enterYourUserName: "Enter your user name",
  enterYourPassword: "Enter your password",
  setupIsUnfinished: "The setup is not finished. Sign in with the administrator’s account to go on.",
  userName: "User name",
  password: "Password",
  passwordToShow: "password",
  signIn: "Sign in",
  newHere: "New here?",
  youWereInvited: "Have you been invited?",
  makeYourAccount: "Make your account",
  continueWith: (server: string) => `Continue with ${server}`,
  orWithAPassword: "or with a password",
  oidcProblems: {
    oidc_unavailable: {
      title: "The sign-in server can’t be reached",
      detail: "Try again in a moment, or sign in with your password if you have one. Admins find more under Admin → Sign-in.",
    },
    oidc_server_error: {
      title: "The sign-in server could not finish",
      detail: "It answered with an error of its own. Try again in a moment. If it happens again, the server’s log says why.",
    },
    oidc_client_refused: {
      title: "The sign-in server does not accept Mosaic",
      detail:
        "It refused Mosaic’s client id or secret. An admin has to enter both again under Admin → Sign-in. If you have a password here, sign in with it.",
    },
    oidc_clock_skew: {
      title: "The clocks of Mosaic and the sign-in server differ",
      detail: "Until both are set by NTP, nobody can sign in there. If you have a password here, sign in with it.",
    },
    oidc_misconfigured: {
      title: "Single sign-on is not set up right",
      detail: "“Test this server” under Admin → Sign-in tells an admin what is wrong. If you have a password here, sign in with it.",
    },
    oidc_refused: {
      title: "The sign-in was cancelled or refused",
      detail: "Your sign-in server did not let you in. Try again, or ask whoever runs it.",
    },
    oidc_expired: {
      title: "That took too long",
      detail: "A sign-in has to be finished within ten minutes, in the browser that started it. Try again.",
    },
    oidc_invalid: {
      title: "The sign-in server’s answer can’t be trusted",
      detail: "Mosaic could not verify it, so nobody was signed in. Try again. If it happens again, tell an admin.",
    },
    oidc_not_allowed: {
      title: "This account may not use Mosaic",
      detail: "Only verified e-mail addresses of certain domains are let in. Ask an admin.",
    },
    oidc_no_account: { title: "You have no account yet", detail: "Ask an admin for an invitation." },
    oidc_disabled_account: { title: "Your account is disabled", detail: "Ask an admin to enable it again." },
  } satisfies Record<OidcProblem, { title: string; detail: string }>,
  seconds: (count: number) => plural(count, { one: "1 second", other: `${count} seconds` }),
  minutes: (count: number) => plural(count, { one: "1 minute", other: `${count} minutes` }),
  hours: (count: number) => plural(count, { one: "1 hour", other: `${count} hours` }),
  serverIsAhead: (amount: string) => `The sign-in server’s clock is ${amount} ahead.`,
  serverIsBehind: (amount: string) => `The sign-in server’s clock is ${amount} behind.`,
  signUpIsClosed: "Sign-up is closed",
  adminsMakeAccounts: "Admins of this Mosaic make the accounts.",
  invitationsDontWorkNow: "Invitations don’t work while sign-up is closed. Ask the person who invited you.",
  backToSignIn: "Back to sign in",
  enterAUserName: (rule: string) => `Enter a user name: ${rule}`,
  passwordBreaksRules: "The password does not follow all rules",
  enterInviteCode: "Enter the invite code that you were given",
  youNeedAnInvitation: "You need an invitation. Open its link, or enter its code here.",
  chooseNameAndPassword: "Choose a user name and a password. That is all.",
  inviteCode: "Invite code",
  createAccount: "Create account",
  youHaveAnAccount: "Do you have an account?",
};
