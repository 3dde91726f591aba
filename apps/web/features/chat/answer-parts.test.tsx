import type { MessagePart } from "@mosaic/contracts/message-parts";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { AnswerParts } from "@/features/chat/answer-parts";

const call = { type: "tool_call", id: "1", name: "read", state: "running" } as const;
const parts: MessagePart[] = [
  { type: "reasoning", text: "They want a number." },
  { ...call, state: "failed", input: '{"path":"a.txt"}', output: "No such file" },
  { type: "text", text: "It is **42**." },
  { type: "file", name: "a.pdf", mediaType: "application/pdf", sizeBytes: 3 },
  { type: "notice", text: "The agent was restarted." },
];

const isOpenAround = (text: string) => screen.getByText(text).closest("details")?.open;

test("an answer shows its parts in their order, with what was thought and done on demand", () => {
  render(<AnswerParts parts={parts} isStreaming={false} />);
  expect(screen.getByText("42").getAttribute("data-streamdown")).toBe("strong");
  expect(screen.getByText("a.pdf").isConnected).toBe(true);
  expect(screen.getByText("The agent was restarted.").isConnected).toBe(true);
  expect(isOpenAround("They want a number.")).toBe(false);
  fireEvent.click(screen.getByText("Thoughts"));
  expect(isOpenAround("They want a number.")).toBe(true);
  fireEvent.click(screen.getByText("read"));
  expect(screen.getByLabelText("Given").textContent).toBe('{"path":"a.txt"}');
  expect(screen.getByLabelText("Result").textContent).toBe("No such file");
});

test("a call is told as running while the answer comes, and as one that did not end afterwards", () => {
  const { rerender } = render(<AnswerParts parts={[call]} isStreaming />);
  expect(screen.getByText(/is running/).isConnected).toBe(true);
  rerender(<AnswerParts parts={[call]} isStreaming={false} />);
  expect(screen.getByText(/did not end/).isConnected).toBe(true);
});

test("a call for a program is told as handed over, during the answer and afterwards", () => {
  const asked = { ...call, isForClient: true, input: '{"city":"Aachen"}', arguments: '{"city":"Aachen"}' } as const;
  const { rerender } = render(<AnswerParts parts={[asked]} isStreaming />);
  for (const isStreaming of [true, false]) {
    rerender(<AnswerParts parts={[asked]} isStreaming={isStreaming} />);
    expect(screen.getByText("Asked your program to run read").isConnected).toBe(true);
    expect(screen.queryByText(/is running|did not end/)).toBeNull();
  }
  fireEvent.click(screen.getByText("Asked your program to run read"));
  expect(screen.getByLabelText("Given").textContent).toBe('{"city":"Aachen"}');
});

test("what is thought is told as going on until something else comes", () => {
  const { rerender } = render(<AnswerParts parts={[{ type: "reasoning", text: "Hm" }]} isStreaming />);
  expect(screen.getByText("Thinking…").isConnected).toBe(true);
  rerender(
    <AnswerParts
      parts={[
        { type: "reasoning", text: "Hm" },
        { type: "text", text: "Yes" },
      ]}
      isStreaming
    />,
  );
  expect(screen.getByText("Thoughts").isConnected).toBe(true);
});
