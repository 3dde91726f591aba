import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * Fails with every rule that the page as it is breaks. Something that fades in has colours of its own for a moment, so a page gets a few
 * seconds to come to rest; what is wrong stays wrong.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
      },
      { timeout: 20_000 },
    )
    .toEqual([]);
}

export const narrow = { width: 390, height: 844 };
export const looks = [
  { size: { width: 1440, height: 900 }, colorScheme: "light" },
  { size: { width: 1440, height: 900 }, colorScheme: "dark" },
  { size: narrow, colorScheme: "dark" },
  { size: narrow, colorScheme: "light" },
] as const;

/** What is wrong with the page in each look; it also must not be wider than the window. */
export async function expectGoodLooks(page: Page): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: /^Loading$/ })).toHaveCount(0);
  for (const { size, colorScheme } of looks) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page);
    await expectToFit(page);
  }
}

/** Nothing stands out of the window or of the page's main part. */
export async function expectToFit(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  expect(await page.locator("#main").evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
}
