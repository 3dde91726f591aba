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
