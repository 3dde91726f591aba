import { unknownBrowser, unknownDevice } from "@mosaic/contracts/device-name";

/** The first that fits: most browsers name others too, in order to be taken for them. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(HeadlessChrome|Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b|\biPod\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac ?OS\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

/** What a person calls the device of a session: `Firefox on Linux`. Made for telling one's own apart, not for telling the truth. */
export function deviceName(userAgent: string): string {
  const browser = firstThatFits(browsers, userAgent);
  const system = firstThatFits(systems, userAgent);
  if (browser === null && system === null) {
    return unknownDevice;
  }
  return system === null ? `${browser}` : `${browser ?? unknownBrowser} on ${system}`;
}

function firstThatFits(names: readonly (readonly [RegExp, string])[], userAgent: string): string | null {
  return names.find(([shape]) => shape.test(userAgent))?.[1] ?? null;
}
