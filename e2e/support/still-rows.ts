import { expect, type Locator, type Page } from "@playwright/test";

/** A row that is watched, frame by frame. */
export interface WatchedRow {
  /** Its distance from the top of the list in each frame since then, the first one included. */
  readonly stop: () => Promise<number[]>;
}

export const messages = (page: Page): Locator => page.getByRole("region", { name: "Messages" });

/** Watches the row that stands at a share of the list's height: it is what a reader looks at. */
export async function watchRow(page: Page, share = 0.3): Promise<WatchedRow> {
  const handle = await messages(page).evaluateHandle((list, height) => {
    const { top, height: full } = list.getBoundingClientRect();
    const row = [...list.querySelectorAll("ol > li")].find((one) => one.getBoundingClientRect().bottom > top + full * height) ?? null;
    const seen: number[] = [];
    let isOver = false;
    const look = (): void => {
      if (row !== null) seen.push(row.isConnected ? row.getBoundingClientRect().top - top : Number.NaN);
      if (!isOver) requestAnimationFrame(look);
    };
    look();
    return { seen, end: () => (isOver = true) };
  }, share);
  return {
    stop: async () => {
      await settle(page);
      return handle.evaluate(({ seen, end }) => {
        end();
        return seen;
      });
    },
  };
}

/** Some frames, in which nothing moves any more. */
export async function settle(page: Page): Promise<void> {
  await messages(page).evaluate(
    (list) =>
      new Promise<void>((resolve) => {
        let [last, still] = [Number.NaN, 0];
        const look = (): void => {
          still = list.scrollTop === last ? still + 1 : 0;
          last = list.scrollTop;
          if (still > 6) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** It was seen, and was in one place all the time, to the pixel. */
export function expectStill(seen: readonly number[]): void {
  expect(seen.length).toBeGreaterThan(5);
  expect(Math.max(...seen) - Math.min(...seen), `the row's places: ${[...new Set(seen)].join(", ")}`).toBeLessThanOrEqual(1);
}

/** How far the list is from its end, in pixels. */
export async function distanceFromEnd(page: Page): Promise<number> {
  return messages(page).evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
}
