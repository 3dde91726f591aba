import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { MessageEditor } from "@/features/chat/message-editor";

test("a word that is being composed keeps its keys, also where a browser tells that by the key code alone", () => {
  const [onSend, onCancel] = [vi.fn<() => void>(), vi.fn<() => void>()];
  render(
    <MessageEditor
      text="こん"
      isAnswering={false}
      takesFocus
      onChange={vi.fn<(text: string) => void>()}
      onSend={onSend}
      onCancel={onCancel}
    />,
  );
  const field = screen.getByRole("textbox", { name: "Your message" });
  fireEvent.keyDown(field, { key: "Enter", isComposing: true });
  fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
  fireEvent.keyDown(field, { key: "Escape", keyCode: 229 });
  expect(onSend).not.toHaveBeenCalled();
  expect(onCancel).not.toHaveBeenCalled();
  fireEvent.keyDown(field, { key: "Enter" });
  expect(onSend).toHaveBeenCalledOnce();
});
