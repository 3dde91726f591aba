import { expect } from "vitest";
import { TestClient } from "./test-client.js";

/** An open stream of events; tells when it has ended. */
export async function openEvents(client: TestClient, url = client.baseUrl): Promise<{ isOpen: () => boolean }> {
  const there = new TestClient(url, client.cookie === undefined ? { bearer: client.bearer ?? "" } : { cookie: client.cookie });
  const response = await there.open("GET", "/api/events");
  expect(response.status).toBe(200);
  let isOpen = true;
  void (async () => {
    try {
      for await (const chunk of response.body ?? []) {
        void chunk;
      }
    } catch {
      // Cut off: that is an end, too.
    }
    isOpen = false;
  })();
  return { isOpen: () => isOpen };
}
