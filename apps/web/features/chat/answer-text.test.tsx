import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { AnswerText } from "@/features/chat/answer-text";

const show = (text: string) => render(<AnswerText text={text} isStreaming={false} />);

test("an ordinary answer is laid out", () => {
  show("Some **weight**.");
  expect(screen.getByText("weight").getAttribute("data-streamdown")).toBe("strong");
});

test("2,000 > are shown as they are, with the reason, beside other answers that are laid out", () => {
  const text = `${">".repeat(2000)} the end`;
  render(
    <>
      <AnswerText text={text} isStreaming={false} />
      <AnswerText text="Some **weight**." isStreaming={false} />
    </>,
  );
  expect(screen.getByText(text).className).toContain("whitespace-pre-wrap");
  screen.getByText(/too many quotes or lists/);
  expect(screen.getByText("weight").getAttribute("data-streamdown")).toBe("strong");
});

test("1 MB of ordinary Markdown shows its beginning, and all of it when asked", () => {
  const text = `${"Some *text* with `code`.\n\n".repeat(40_000)}The very end.`;
  show(text);
  screen.getByText(/too long to be formatted/);
  expect(screen.queryByText(/The very end\./)).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Show all of it" }));
  expect(screen.getByText(/The very end\./).textContent).toBe(text);
  expect(screen.queryByRole("button")).toBeNull();
});
