import { expect, type Locator, type Page } from "@playwright/test";

export const answers = (page: Page, agentName: string): Locator => page.getByRole("article", { name: agentName, exact: true });

/** The newest answer, once it has ended one way or another. */
export async function nextAnswer(page: Page, agentName: string, count: number, timeout = 60_000): Promise<Locator> {
  const answer = answers(page, agentName).nth(count - 1);
  await expect(answer).toHaveAttribute("aria-busy", "false", { timeout });
  return answer;
}

export async function send(page: Page, agentName: string, text: string): Promise<void> {
  await page.getByRole("textbox", { name: `Message ${agentName}` }).fill(text);
  await page.getByRole("button", { name: "Send message" }).click();
}
