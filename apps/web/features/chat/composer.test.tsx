import { fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Composer } from "@/features/chat/composer";
import { openPage } from "@/test/page";

test("Enter that ends a composition sends nothing, also where a browser tells that by the key code alone", async () => {
  const onSend = vi.fn<() => void>();
  await openPage(
    <Composer
      draftKey="composing"
      agentName="Ada"
      notice={null}
      obstacle={null}
      isAnswering={false}
      isSending={false}
      onSend={onSend}
      onStop={() => undefined}
    />,
    {},
  );
  const field = screen.getByRole("textbox", { name: "Message Ada" });
  fireEvent.change(field, { target: { value: "こん" } });
  fireEvent.keyDown(field, { key: "Enter", isComposing: true });
  fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
  expect(onSend).not.toHaveBeenCalled();
  fireEvent.keyDown(field, { key: "Enter" });
  expect(onSend).toHaveBeenCalledOnce();
});
