import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { usePageTitle, useTitleCount } from "@/lib/page-title";

beforeEach(() => {
  document.title = "Chat · Mosaic";
});

/** As the framework does it, whenever it has come to it. */
const metadataSays = async (title: string): Promise<void> => {
  const element = document.createElement("title");
  element.textContent = title;
  await act(async () => {
    document.querySelector("title")?.replaceWith(element);
    await Promise.resolve();
  });
};

test("what a page knows stays, however late its metadata comes", async () => {
  const page = renderHook(({ title }) => usePageTitle(title), { initialProps: { title: "Kitchen" } });
  expect(document.title).toBe("Kitchen · Mosaic");
  await metadataSays("Chat · Mosaic");
  expect(document.title).toBe("Kitchen · Mosaic");
  page.rerender({ title: "Garden" });
  expect(document.title).toBe("Garden · Mosaic");
  await metadataSays("Settings · Mosaic");
  page.unmount();
  expect(document.title).toBe("Settings · Mosaic");
});

test("the number stands before every title, and goes with the last unread one", async () => {
  const count = renderHook(({ unread }) => useTitleCount(unread), { initialProps: { unread: 2 } });
  expect(document.title).toBe("(2) Chat · Mosaic");
  const page = renderHook(() => usePageTitle("Kitchen"));
  expect(document.title).toBe("(2) Kitchen · Mosaic");
  await metadataSays("Chat · Mosaic");
  expect(document.title).toBe("(2) Kitchen · Mosaic");
  count.rerender({ unread: 0 });
  expect(document.title).toBe("Kitchen · Mosaic");
  page.unmount();
  expect(document.title).toBe("Chat · Mosaic");
  await metadataSays("Settings · Mosaic");
  expect(document.title).toBe("Settings · Mosaic");
  count.unmount();
});

test("metadata that changes in the same moment as the number is not lost", () => {
  const count = renderHook(({ unread }) => useTitleCount(unread), { initialProps: { unread: 1 } });
  document.title = "Admin · Mosaic";
  count.rerender({ unread: 3 });
  expect(document.title).toBe("(3) Admin · Mosaic");
  count.unmount();
  expect(document.title).toBe("Admin · Mosaic");
});
