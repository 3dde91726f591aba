import { expect, test } from "vitest";
import { formulaHtml } from "@/components/markdown/formula-html";

const htmlOf = (tex: string): string => {
  const result = formulaHtml(tex, true);
  return "html" in result ? result.html : "";
};

test("a formula is set, and read aloud as MathML", () => {
  expect(htmlOf("e^{i\\pi}")).toContain("<math");
});

test.each([
  "\\href{javascript:alert(1)}{x}",
  "\\url{https://tracker.example}",
  "\\includegraphics{https://tracker.example/x.png}",
  "\\htmlClass{bg-warning}{x}",
  "\\htmlStyle{position:fixed}{x}",
  "\\htmlId{main}{x}",
  "\\htmlData{a=b}{x}",
  "\\text{<img src=x onerror=alert(1)>}",
  "<script>alert(1)</script>",
])("%s gives nothing that links, loads, runs or is styled by its writer", (tex) => {
  const holder = document.createElement("div");
  holder.innerHTML = htmlOf(tex);
  expect(holder.querySelector("a, img, script, iframe, [id], [onerror], [data-a], .bg-warning, [style*=fixed]")).toBeNull();
});

test.each(["\\def\\a{\\a\\a}\\a", "\\newcommand{\\a}{x}\\a", "\\gdef\\frac{x}", "\\let\\a=\\b", "\\global\\long\\def\\a{}"])(
  "%s defines nothing",
  (tex) => {
    expect(formulaHtml(tex, false)).toEqual({ fault: "It defines commands of its own." });
  },
);

test("no length is beyond 20 em", () => {
  const holder = document.createElement("div");
  holder.innerHTML = htmlOf("\\rule{9999em}{9999em}");
  // What is read aloud is not drawn.
  holder.querySelector(".katex-mathml")?.remove();
  expect(holder.innerHTML).toContain("20em");
  expect(holder.innerHTML).not.toMatch(/\d{3,}(\.\d+)?em/);
});

test.each(["\\frac{a}{", "{".repeat(3_000), "\\left(".repeat(500)])("what is no formula says why (%#)", (tex) => {
  expect(formulaHtml(tex, false)).toHaveProperty("fault");
});
