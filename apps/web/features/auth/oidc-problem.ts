import { oidcProblem, type OidcProblem } from "@mosaic/contracts/oidc";

const withPassword = "If you have a password here, sign in with it.";

const words: Record<OidcProblem, { title: string; detail: string }> = {
  oidc_unavailable: {
    title: "The sign-in server can’t be reached",
    detail: `Try again in a moment. ${withPassword} An admin finds more under Admin → Sign-in.`,
  },
  oidc_server_error: {
    title: "The sign-in server could not finish",
    detail: "It was reached, but it answered with an error of its own. Try again in a moment; if it stays, its own log says why.",
  },
  oidc_client_refused: {
    title: "The sign-in server does not accept Mosaic",
    detail: `It does not accept Mosaic’s client id or secret. An admin enters both anew under Admin → Sign-in. ${withPassword}`,
  },
  oidc_clock_skew: {
    title: "The clocks of Mosaic and the sign-in server differ",
    detail: `Whoever runs them sets both by NTP; until then nobody can sign in there. ${withPassword}`,
  },
  oidc_misconfigured: {
    title: "Single sign-on is not set up right",
    detail: `An admin finds out what is wrong with “Test this server” under Admin → Sign-in. ${withPassword}`,
  },
  oidc_refused: {
    title: "The sign-in was cancelled or refused",
    detail: "Your sign-in server did not let you in. Try again, or ask who runs it.",
  },
  oidc_expired: {
    title: "That took too long",
    detail: "A sign-in has to be finished within ten minutes, in the browser that began it. Try again.",
  },
  oidc_invalid: {
    title: "The sign-in server’s answer can’t be trusted",
    detail: "Mosaic could not verify it, so nobody was signed in. Try again; if it stays, tell an admin.",
  },
  oidc_not_allowed: {
    title: "This account may not use Mosaic",
    detail: "Only verified e-mail addresses of certain domains are let in. Ask an admin.",
  },
  oidc_no_account: { title: "There is no account for you yet", detail: "An admin has to let you in first: ask for an invitation." },
  oidc_disabled_account: { title: "Your account is disabled", detail: "Ask an admin to enable it again." },
};

/** Only codes that are known, and a number, are shown: whatever else stands in an address is somebody's text. */
export const oidcProblemText = (code: string | null, seconds: string | null = null): { title: string; detail: string } | null => {
  const parsed = oidcProblem.safeParse(code);
  if (!parsed.success) return null;
  const { title, detail } = words[parsed.data];
  const by = parsed.data === "oidc_clock_skew" && /^-?\d{1,9}$/.test(seconds ?? "") ? `${differenceWords(Number(seconds))} ` : "";
  return { title, detail: `${by}${detail}` };
};

const differenceWords = (seconds: number): string => {
  const size = Math.abs(seconds);
  const amount = size < 120 ? `${size} seconds` : size < 7_200 ? `${Math.round(size / 60)} minutes` : `${Math.round(size / 3600)} hours`;
  return `The sign-in server’s is ${amount} ${seconds > 0 ? "ahead" : "behind"}.`;
};
