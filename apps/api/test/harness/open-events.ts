import { expect } from "vitest";
import { TestClient } from "./test-client.js";

/** An open stream of events; tells what has come, and when it has ended. */
export async function openEvents(client: TestClient, url = client.baseUrl): Promise<{ isOpen: () => boolean; text: () => string }> {
  const there = new TestClient(url, client.cookie === undefined ? { bearer: client.bearer ?? "" } : { cookie: client.cookie });
  const response = await there.open("GET", "/api/events");
  expect(response.status).toBe(200);
  let isOpen = true;
  let text = "";
  const decoder = new TextDecoder();
  void (async () => {
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
      }
    } catch {
      // Cut off: that is an end, too.
    }
    isOpen = false;
  })();
  return { isOpen: () => isOpen, text: () => text };
}
