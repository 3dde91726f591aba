import { render, screen } from "@testing-library/react";
import type { ComponentProps } from "react";
import { expect, test, vi } from "vitest";
import { AnswerText } from "@/features/chat/answer-text";

vi.mock("streamdown", async (importOriginal) => {
  const original = await importOriginal<typeof import("streamdown")>();
  const Fragile = (props: ComponentProps<typeof original.Streamdown>) => {
    if (String(props.children).includes("impossible")) throw new RangeError("Maximum call stack size exceeded");
    return <original.Streamdown {...props} />;
  };
  return { ...original, Streamdown: Fragile };
});

test("an answer that the library fails on is shown as it came, and takes nothing else down", () => {
  // React reports what a boundary has caught.
  const reported = vi.spyOn(console, "error").mockImplementation(() => undefined);
  render(
    <>
      <AnswerText text="Something **impossible**." isStreaming={false} />
      <AnswerText text="Some **weight**." isStreaming={false} />
    </>,
  );
  screen.getByText("Something **impossible**.");
  screen.getByText(/could not be formatted/);
  expect(screen.getByText("weight").getAttribute("data-streamdown")).toBe("strong");
  expect(reported).toHaveBeenCalled();
});
