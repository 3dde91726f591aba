import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "@/components/markdown/markdown";
import { shownSize } from "@/components/markdown/remote-image";

const show = (text: string) => render(<Markdown isStreaming={false} text={text} />).container;
const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

test("an image from elsewhere is not there before a click, and then in a document of its own", () => {
  const container = show("![a cat](https://tracker.example/cat.png?who=me)");
  expect(container.querySelector("img, iframe, [style*=tracker], link")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Load image from tracker.example" }));
  const frame = screen.getByTitle("Image from tracker.example: a cat");
  expect([frame.getAttribute("src"), frame.getAttribute("sandbox")]).toEqual(["/frames/image.html", "allow-scripts"]);
});

test("an image that is not encrypted is linked, and one within a link is its text", () => {
  const container = show("![plain](http://tracker.example/a.png)\n\n[![logo](https://tracker.example/b.png)](https://example.org)");
  expect(container.querySelector("img, iframe, button")).toBeNull();
  screen.getByRole("link", { name: "Image: plain" });
  screen.getByRole("link", { name: "Image: logo" });
});

test("an image in the text shows once it has told its size, if that is one", () => {
  const container = show(`![dot](${dot})`);
  const image = container.querySelector("img");
  expect([image?.src, image?.hidden]).toEqual([dot, true]);
  if (image === null) return;
  Object.defineProperties(image, { naturalWidth: { value: 5_000 }, naturalHeight: { value: 5_000 } });
  fireEvent.load(image);
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).toContain("An image that can’t be shown: dot");
});

test.each([
  "data:text/html,<script>alert(1)</script>",
  "data:application/pdf;base64,AAAA",
  "blob:https://a/b",
  "/icon.svg",
  "//tracker.example/a.png",
])("%s is no image", (src) => {
  expect(show(`![x](${src})`).querySelector("img, iframe, a")).toBeNull();
});

test("a size that a frame tells is brought down to what fits, and anything else is none", () => {
  expect(shownSize({ width: 2_000, height: 500 })).toEqual({ width: 640, height: 160 });
  for (const told of [
    null,
    5,
    "ready",
    {},
    { width: "1", height: 1 },
    { width: NaN, height: 1 },
    { width: 1e9, height: 1 },
    { width: 0, height: 0 },
  ]) {
    expect(shownSize(told)).toBeNull();
  }
});
