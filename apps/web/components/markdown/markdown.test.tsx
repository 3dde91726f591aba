import { fireEvent, render, screen } from "@testing-library/react";
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

test("a link that names one host and leads to another shows where it leads", () => {
  render(<Markdown isStreaming={false} text="[https://bank.com](https://evil.example/login)" />);
  expect(screen.getByRole("link").textContent).toBe("https://bank.com (evil.example)");
});

test("code has its language, is copied and wrapped, and is reached by the keyboard", () => {
  const { container } = render(<Markdown isStreaming={false} text={"```ts\nconst a = 1;\n```"} />);
  const code = screen.getByRole("group", { name: "ts" });
  expect([code.textContent, code.tabIndex]).toEqual(["const a = 1;", 0]);
  screen.getByRole("button", { name: "Copy code" });
  const wrap = screen.getByRole("button", { name: "Wrap lines" });
  fireEvent.click(wrap);
  expect(wrap.getAttribute("aria-pressed")).toBe("true");
  expect(code.className).toContain("whitespace-pre-wrap");
  expect(container.querySelector(".code-token")).toBeNull();
});

test("code that turns its own direction says so", () => {
  const { container } = render(<Markdown isStreaming={false} text={"```\nif (a /*\u202E */) {}\n```"} />);
  expect(container.textContent).toContain("hidden characters");
});

test.each([
  ["~~~mermaid\nA --> B", true],
  ["~~~mermaid\nA --> B\n~~~", false],
  ["> ```mermaid\n> A --> B", true],
  ["> ```mermaid\n> A --> B\n> ``", true],
  ["> ```mermaid\n> A --> B\n> ```", false],
  ["- see\n\n  ````mermaid\n  A --> B\n  ```", true],
  ["- see\n\n  ````mermaid\n  A --> B\n  ````", false],
])("a fence is open until it is closed, wherever it stands: %j", (text, isOpen) => {
  const { container } = render(<Markdown isStreaming text={text} />);
  expect(container.textContent.includes("being drawn")).toBe(!isOpen);
});

test("a diagram and a formula whose fence is open are code", () => {
  const { container } = render(<Markdown isStreaming text={"```mermaid\nflowchart LR\n A --> B"} />);
  screen.getByRole("group", { name: "mermaid" });
  expect(container.textContent).not.toContain("being drawn");
});

test("a table is reached by the keyboard and can be taken away", () => {
  render(<Markdown isStreaming={false} text={"| a | b |\n|---|---|\n| 1 | 2 |"} />);
  expect(screen.getByRole("group", { name: "Table" }).tabIndex).toBe(0);
  screen.getByRole("button", { name: "Copy table" });
  screen.getByRole("button", { name: "Download CSV" });
});

test("tasks are boxes that say whether they are done", () => {
  render(<Markdown isStreaming={false} text={"- [x] one\n- [ ] two"} />);
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Done" }).checked).toBe(true);
  expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Not done" }).disabled).toBe(true);
});

test("each block reads in its own direction, and code from the left", () => {
  const { container } = render(<Markdown isStreaming={false} text={"# שלום\n\nhello\n\n- مرحبا\n- hello `code`"} />);
  expect([...container.querySelectorAll("h1, p, li")].map((block) => block.getAttribute("dir"))).toEqual(["auto", "auto", "rtl", "ltr"]);
  expect(container.querySelector("code")?.getAttribute("dir")).toBe("ltr");
});

test("a formula is set, and a price is a price", async () => {
  const { container } = render(<Markdown isStreaming={false} text={"$x^2$ costs $5 and $10, and \\[ y = 1 \\]"} />);
  await screen.findByRole("group", { name: "Formula" });
  expect(container.querySelectorAll(".katex")).toHaveLength(2);
  expect(container.textContent).toContain("costs $5 and $10");
});

test("a formula that can't be set shows its source and why", async () => {
  render(<Markdown isStreaming={false} text={"$\\frac{a}{$"} />);
  await screen.findByText(/This formula can’t be displayed/);
  expect(screen.getByText("\\frac{a}{").tagName).toBe("CODE");
});

test("nothing that an agent writes brings classes, ids or styles of its own", () => {
  const { container } = render(
    <Markdown
      isStreaming={false}
      text={
        '<div role="alert" class="bg-warning-surface" id="main" style="position:fixed">Your session has ended</div>\n\n> [!WARNING]\n> Sign in again\n\n# Mosaic {#main .notice}\n\n[Sign in](/login "x") [^1]\n\n[^1]: note'
      }
    />,
  );
  expect(
    container.querySelector("[role=alert], [role=status], #main, .bg-warning-surface, .notice, [style*=fixed], a[href^='/'], a[href^='#']"),
  ).toBeNull();
});
