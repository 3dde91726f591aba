import type { Page } from "@playwright/test";
import type { ApiClient } from "./api-client.ts";
import type { World } from "./fixtures.ts";
import { storeAnswer } from "./stored-messages.ts";

/** Conversations in the sidebar: what each of them costs shows. */
const listed = 12;
const answer = `# A plan

Three steps, **in this order**:

1. measure
2. remove
3. measure again

| what | how much |
| --- | --- |
| bytes | few |
`;

export interface WeighedChat {
  readonly id: string;
  /** Of the session of its owner. */
  readonly cookie: { name: string; value: string; url: string };
}

/** A new installation with an owner, some conversations, and an answer in one of them. */
export async function storeChat(world: World, client: ApiClient): Promise<WeighedChat> {
  const { agent } = await client.setUp({
    setupUrl: world.mosaic.setupUrl ?? "",
    password: world.canaries.password,
    runtime: "process",
    provider: { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] },
  });
  const ids: string[] = [];
  for (let count = 0; count < listed; count += 1) ids.push(await client.newConversation(agent.id));
  const id = ids[0] ?? "";
  await storeAnswer(world, id, answer);
  const [name = "", value = ""] = client.cookie.split("=");
  return { id, cookie: { name, value, url: world.mosaic.url } };
}

/** Opens the sign-in page, and waits until somebody could sign in. */
export async function openedSignIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}

/** Opens the chat, and waits until its answer is there and somebody could write. */
export async function openedChat(page: Page, url: string, id: string): Promise<void> {
  await page.goto(`${url}/chat?id=${id}`);
  await page.getByRole("heading", { name: "A plan" }).waitFor();
  await page.getByRole("textbox", { name: /^(?:Message|Nachricht an)/ }).waitFor();
}
