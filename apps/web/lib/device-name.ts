import { unknownBrowser, unknownDevice } from "@mosaic/contracts/device-name";
import { m } from "@messages/format";

/** A device as the API names it (`Firefox on Linux`), in the language of the page. */
export const deviceName = (named: string): string => {
  if (named === unknownDevice) return m.unknownDevice;
  const [, browser, system] = /^(.+) on (.+)$/.exec(named) ?? [];
  if (browser === undefined || system === undefined) return named;
  return m.browserOn(browser === unknownBrowser ? m.aBrowser : browser, system);
};
