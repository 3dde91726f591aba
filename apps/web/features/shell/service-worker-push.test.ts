import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";

const source = await readFile(join(import.meta.dirname, "../../public/service-worker.js"), "utf8");
const origin = "https://mosaic.example";

interface Page {
  readonly url: string;
  readonly visibilityState: "hidden";
  readonly focus: () => Promise<void>;
  readonly navigate: (href: string) => Promise<void>;
}

/** The worker as a browser runs it, with pages at these paths and of a browser that speaks these languages. */
const start = (paths: readonly string[] = [], languages: readonly string[] = ["en"]) => {
  const events = new EventTarget();
  const visits: string[] = [];
  const pages = paths.map((path): Page => ({
    url: origin + path,
    visibilityState: "hidden",
    focus: async () => void visits.push(`focus ${path}`),
    navigate: async (href) => void visits.push(`${path} -> ${href.slice(origin.length)}`),
  }));
  const showNotification = vi.fn<(title: string) => Promise<void>>(async () => undefined);
  const self = {
    addEventListener: events.addEventListener.bind(events),
    location: { origin },
    registration: { showNotification },
    clients: { matchAll: async () => pages, openWindow: async (href: string) => void visits.push(`new -> ${href.slice(origin.length)}`) },
  };
  runInNewContext(source, { self, URL, navigator: { language: languages[0], languages } });
  const happen = async (type: string, fields: object): Promise<void> => {
    let work: Promise<unknown> = Promise.resolve();
    events.dispatchEvent(Object.assign(new Event(type), { ...fields, waitUntil: (promise: Promise<unknown>) => (work = promise) }));
    await work;
  };
  const click = async (path: string): Promise<string[]> => {
    await happen("notificationclick", { notification: { close: () => undefined, data: { path } } });
    return visits;
  };
  const titleOf = async (message: object): Promise<string | undefined> => {
    await happen("push", { data: { json: () => ({ kind: "answered", agent: "Ada", conversationId: null, text: null, ...message }) } });
    return showNotification.mock.calls[0]?.[0];
  };
  return { click, titleOf };
};

describe("a click on a notification", () => {
  test("leads a page of the chat there", async () => {
    expect(await start(["/settings/data", "/chat?id=a"]).click("/chat?id=b")).toEqual(["focus /chat?id=a", "/chat?id=a -> /chat?id=b"]);
  });

  test("shows the page that is there already", async () => {
    expect(await start(["/chat?id=a", "/chat?id=b"]).click("/chat?id=b")).toEqual(["focus /chat?id=b"]);
  });

  test("leaves every other page alone: something may be unsaved there", async () => {
    expect(await start(["/settings/data", "/admin/users"]).click("/chat?id=b")).toEqual(["new -> /chat?id=b"]);
  });
});

describe("a notification", () => {
  test.each([
    { language: "de", languages: ["en-GB"], title: "Ada hat geantwortet" },
    { language: "en", languages: ["de-AT"], title: "Ada has answered" },
    { language: null, languages: ["fr", "de-AT"], title: "Ada hat geantwortet" },
    { language: null, languages: ["fr"], title: "Ada has answered" },
    { language: "constructor", languages: [], title: "Ada has answered" },
  ])("is in the account's language, $language, or else in the browser's, $languages", async ({ language, languages, title }) => {
    expect(await start([], languages).titleOf({ language })).toBe(title);
  });
});
