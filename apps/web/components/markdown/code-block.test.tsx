import { render, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { CodeBlock } from "@/components/markdown/code-block";
import type { HighlightRequest } from "@/components/markdown/highlight";

const asked: HighlightRequest[] = [];

/** Colours everything alike. */
class StandInWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  postMessage({ id, code, language }: HighlightRequest): void {
    asked.push({ id, code, language });
    queueMicrotask(() => this.onmessage?.({ data: { id, lines: [[[code, "#000000", "#ffffff"]]] } }));
  }
  terminate(): void {}
}
vi.stubGlobal("Worker", StandInWorker);

test("code is coloured once, when its fence has closed", async () => {
  const { container, rerender } = render(<CodeBlock code="a" language="ts" isOpen />);
  for (const code of ["ab", "abc", "abcd"]) rerender(<CodeBlock code={code} language="ts" isOpen />);
  expect(asked).toEqual([]);
  rerender(<CodeBlock code="abcd" language="ts" isOpen={false} />);
  await waitFor(() => expect(container.querySelector(".code-token")?.textContent).toBe("abcd"));
  rerender(<CodeBlock code="abcd" language="ts" isOpen={false} />);
  // Another place that shows the same block, as a list does that makes its messages anew, has the colours at once.
  const again = render(<CodeBlock code="abcd" language="ts" isOpen={false} />);
  expect(again.container.querySelector(".code-token")?.textContent).toBe("abcd");
  expect(asked.map(({ code }) => code)).toEqual(["abcd"]);
});

test("code without a language, and code that is too long, is never coloured", () => {
  asked.length = 0;
  render(<CodeBlock code="a" language="" isOpen={false} />);
  render(<CodeBlock code={"a".repeat(20_001)} language="ts" isOpen={false} />);
  expect(asked).toEqual([]);
});
