import { ownerEvent, type OwnerEvent } from "@mosaic/contracts/chat";
import { SentEvents } from "@mosaic/testing/sent-events";
import { expect } from "vitest";
import { TestClient } from "./test-client.js";

/** A page that listens to its owner's events, each held to its contract. */
export class Page {
  isOpen = true;
  readonly response: Response;
  private readonly sent: SentEvents<OwnerEvent>;
  private readonly controller: AbortController;

  private constructor(response: Response, controller: AbortController, onEvent: (event: OwnerEvent) => void) {
    this.response = response;
    this.controller = controller;
    this.sent = new SentEvents<OwnerEvent>(ownerEvent, (soFar) => soFar.slice(-1).forEach(onEvent));
    // Nobody waits for it: a breach of the contract fails the run as an unhandled rejection.
    void this.sent.read(response.body).finally(() => {
      this.isOpen = false;
    });
  }

  /** `asleep`: it was in view when its machine fell asleep, and its connection still stands. */
  static async open(client: TestClient, view: "visible" | "hidden" | "asleep" = "hidden"): Promise<Page> {
    const controller = new AbortController();
    const init = { signal: controller.signal, headers: { "x-mosaic-view": view === "asleep" ? "visible" : view } };
    return new Page(await client.open("GET", "/api/events", undefined, init), controller, (event) => {
      if (event.type === "push_due" && view === "visible") {
        void client.post("/api/push/seen", { messageId: event.messageId });
      }
    });
  }

  get events(): readonly OwnerEvent[] {
    return this.sent.events;
  }

  get text(): string {
    return this.sent.text;
  }

  close(): void {
    this.controller.abort();
  }

  statusesOf(agentId: string): string[] {
    const statuses = this.events.flatMap((event) => (event.type === "agent" && event.agentId === agentId ? [event.status] : []));
    return statuses.filter((status, index) => status !== statuses[index - 1]);
  }
}

/** An open stream of events; tells what has come, and when it has ended. */
export async function openEvents(client: TestClient, url = client.baseUrl): Promise<{ isOpen: () => boolean; text: () => string }> {
  const there = new TestClient(url, client.cookie === undefined ? { bearer: client.bearer ?? "" } : { cookie: client.cookie });
  const page = await Page.open(there);
  expect(page.response.status).toBe(200);
  return { isOpen: () => page.isOpen, text: () => page.text };
}
