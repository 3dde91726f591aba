import { afterEach, expect, test } from "vitest";
import { missingFilesScript } from "@/features/shell/missing-files";

const run = (): void => {
  document.body.innerHTML = '<main id="main" aria-busy="true"><p role="status">Loading</p></main>';
  window.eval(missingFilesScript);
  window.dispatchEvent(new Event("load"));
};

afterEach(() => {
  Reflect.deleteProperty(window, "next");
});

test("a page without its files says what is wrong and what to do, instead of loading for ever", () => {
  run();
  expect(document.querySelector("[role=alert]")?.textContent).toContain("give it a host name or a port of its own");
  expect(document.querySelector("[role=status]")).toBeNull();
  expect(document.getElementById("main")?.hasAttribute("aria-busy")).toBe(false);
});

test("a page with its files is left alone", () => {
  Object.assign(window, { next: { version: "1" } });
  run();
  expect(document.querySelector("[role=alert]")).toBeNull();
});
