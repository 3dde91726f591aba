import type { Page } from "@playwright/test";
import type { World } from "./fixtures.ts";

/** What goes out of a page, what it asks a person, and what faults it has. */
export interface PageDeeds {
  readonly requests: string[];
  readonly dialogs: string[];
  readonly faults: string[];
}

export const noDeeds: PageDeeds = { requests: [], dialogs: [], faults: [] };

/** What no answer may put into a page. */
export const forbiddenInAnswers =
  "script, iframe, object, embed, form, style, link, base, meta, video, audio, [onerror], [onload], [onclick], [role=alert], [role=status], #main, a[href^='/'], a[href^='#'], img:not([src^='data:image/']), .bg-warning-surface";

/** Everything of this kind from now on. Nothing gets out of Mosaic's origin. */
export async function watchDeeds(page: Page, { mosaic }: World): Promise<PageDeeds> {
  const deeds: PageDeeds = { requests: [], dialogs: [], faults: [] };
  const { origin } = new URL(mosaic.url);
  // What the policy stops never comes to a route.
  await page.context().route(
    (address) => address.origin !== origin,
    async (route) => {
      deeds.requests.push(route.request().url());
      await route.abort();
    },
  );
  page.on("dialog", (dialog) => {
    deeds.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => deeds.faults.push(String(error)));
  return deeds;
}

/** Whether something of an answer has run in the page. */
export const hasRun = async (page: Page): Promise<boolean> => page.evaluate(() => "mosaicRan" in window || "polluted" in {});
