import { expect, type Locator, type Page } from "@playwright/test";
import type { World } from "./fixtures.ts";

export const answers = (page: Page, agentName: string): Locator => page.getByRole("article", { name: agentName, exact: true });

/** The newest answer, once it has ended one way or another. */
export async function nextAnswer(page: Page, agentName: string, count: number, timeout = 120_000): Promise<Locator> {
  const answer = answers(page, agentName).nth(count - 1);
  await expect(answer).toHaveAttribute("aria-busy", "false", { timeout });
  return answer;
}

export async function send(page: Page, agentName: string, text: string): Promise<void> {
  await page.getByRole("textbox", { name: `Message ${agentName}` }).fill(text);
  await page.getByRole("button", { name: "Send message" }).click();
}

export async function signIn(page: Page, { mosaic, canaries }: World, name: string): Promise<void> {
  await page.goto(`${mosaic.url}/login`);
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(canaries.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/chat/);
  // The composer takes the focus when it is there, which closes a menu. It speaks the language that the person has chosen.
  await page.getByRole("textbox", { name: /^(?:Message|Nachricht an) / }).waitFor();
}

/** Goes on with Tab until it stands on the control, as somebody without a mouse does. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${control.toString()}`);
}
