import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Markdown } from "@/components/markdown/markdown";

test("Markdown is shown as structure", async () => {
  render(<Markdown isStreaming={false} text={"# Title\n\n- one\n- two\n\n`code`"} />);
  expect(await screen.findByRole("heading", { name: "Title" })).toBeDefined();
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
});

test("raw HTML never becomes elements", () => {
  const { container } = render(
    <Markdown
      isStreaming={false}
      text={
        '<img src="x" onerror="alert(1)"><script>alert(2)</script>\n\n<iframe src="https://evil.example"></iframe>\n\n<b>bold</b> <form action="/x"><button>go</button></form>'
      }
    />,
  );
  expect(container.querySelector("img, script, iframe, b, form, button, [onerror]")).toBeNull();
});

test("an image from elsewhere is not loaded but linked", () => {
  const { container } = render(<Markdown isStreaming={false} text="![a cat](https://tracker.example/cat.png?who=me)" />);
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByRole("link", { name: "Image: a cat" }).getAttribute("rel")).toBe("noopener noreferrer nofollow");
});

test.each(["javascript:alert(1)", "data:text/html,hi", "vbscript:x"])("a link to %s can't be followed", (href) => {
  const { container } = render(<Markdown isStreaming={false} text={`[click](${href})`} />);
  expect(container.querySelector("a[href]")).toBeNull();
  expect(container.textContent).toContain("click");
});

test("a web link opens in a new tab and does not say where it was read", () => {
  render(<Markdown isStreaming={false} text="[docs](https://example.org/a)" />);
  const link = screen.getByRole("link", { name: "docs" });
  expect([link.getAttribute("href"), link.getAttribute("target"), link.getAttribute("rel")]).toEqual([
    "https://example.org/a",
    "_blank",
    "noopener noreferrer nofollow",
  ]);
});
