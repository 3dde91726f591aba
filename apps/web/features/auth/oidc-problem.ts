import { oidcProblem } from "@mosaic/contracts/oidc";
import { m } from "@messages/auth";

/** Only codes that are known, and a number, are shown: whatever else stands in an address is somebody's text. */
export const oidcProblemText = (code: string | null, seconds: string | null = null): { title: string; detail: string } | null => {
  const parsed = oidcProblem.safeParse(code);
  if (!parsed.success) return null;
  const { title, detail } = m.oidcProblems[parsed.data];
  const by = parsed.data === "oidc_clock_skew" && /^-?\d{1,9}$/.test(seconds ?? "") ? `${differenceWords(Number(seconds))} ` : "";
  return { title, detail: `${by}${detail}` };
};

const differenceWords = (seconds: number): string => {
  const size = Math.abs(seconds);
  const amount = size < 120 ? m.seconds(size) : size < 7_200 ? m.minutes(Math.round(size / 60)) : m.hours(Math.round(size / 3600));
  return seconds > 0 ? m.serverIsAhead(amount) : m.serverIsBehind(amount);
};
