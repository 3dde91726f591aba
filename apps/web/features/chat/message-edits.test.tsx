import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { sampleMessage } from "@/test/contract-state";
import { openChat, untilAnswered } from "@/test/open-chat";

const editor = (): HTMLTextAreaElement => screen.getByRole("textbox", { name: "Your message" });

test("what is typed into a message stays while another answer comes, and is sent after it", async () => {
  const page = await openChat();
  fireEvent.click(screen.getByRole("button", { name: "Edit message" }));
  expect(document.activeElement).toBe(editor());
  fireEvent.change(editor(), { target: { value: "Hello there" } });
  const other = page.server.begin(page.id, "From the phone");
  act(() => page.server.say({ type: "conversation", conversationId: page.id, turn: { answerId: other.answer.id, isOver: false } }));
  await screen.findByRole("button", { name: "Stop answering" });
  expect(editor().value).toBe("Hello there");
  expect(screen.getByRole("button", { name: "Send" }).getAttribute("aria-disabled")).toBe("true");
  expect(screen.getByText("It can be sent once this answer has ended.")).toBeDefined();
  fireEvent.keyDown(editor(), { key: "Enter" });
  other.end("complete");
  await waitFor(() => expect(screen.getByRole("button", { name: "Send" }).getAttribute("aria-disabled")).toBe("false"));
  fireEvent.keyDown(editor(), { key: "Enter" });
  await waitFor(() =>
    expect(page.server.requests.filter(({ line }) => line.endsWith("/messages")).map(({ body }) => body)).toMatchObject([
      { content: "Hello there" },
    ]),
  );
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Your message" })).toBeNull());
  await untilAnswered(page);
});

test("what is typed into a message is there at the return to its conversation, without taking the focus", async () => {
  const page = await openChat();
  fireEvent.click(screen.getByRole("button", { name: "Edit message" }));
  fireEvent.change(editor(), { target: { value: "Hello there" } });
  page.go("/chat");
  await screen.findByRole("heading", { name: "New chat with Ada" });
  page.go(`/chat?id=${page.id}`);
  await screen.findByRole("heading", { name: "A talk" });
  expect(editor().value).toBe("Hello there");
  expect(document.activeElement).not.toBe(editor());
  fireEvent.keyDown(editor(), { key: "Escape" });
  expect(screen.queryByRole("textbox", { name: "Your message" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Edit message" }));
  expect(editor().value).toBe("Hello");
});

test("another version of a message that was refused is still in its editor, and not in the field as well", async () => {
  const page = await openChat();
  fireEvent.click(screen.getByRole("button", { name: "Edit message" }));
  fireEvent.change(editor(), { target: { value: "reject this" } });
  fireEvent.keyDown(editor(), { key: "Enter" });
  await screen.findByText(/^Not sent/);
  expect(editor().value).toBe("reject this");
  expect(page.box.value).toBe("");
});

test("a version that could not be shown takes no focus when it comes later", async () => {
  const [first, second] = [sampleMessage({ role: "user", content: "Hello" }), sampleMessage({ role: "user", content: "Good day" })];
  const versions = { place: 1, count: 2, previousId: null, nextId: second.id };
  const page = await openChat({}, [{ ...first, versions }, sampleMessage({ content: "Hi" })]);
  fireEvent.click(screen.getByRole("button", { name: "Next version" }));
  // The server of this test knows no versions.
  await screen.findByText(/not found|no longer|does not exist|there is no/i);
  page.box.focus();
  page.server.state.messages.set(page.id, [
    { ...second, versions: { place: 2, count: 2, previousId: first.id, nextId: null } },
    sampleMessage({ content: "Good day to you" }),
  ]);
  act(() => page.server.say({ type: "conversation", conversationId: page.id }));
  await screen.findByText("Good day");
  expect(document.activeElement).toBe(page.box);
});
