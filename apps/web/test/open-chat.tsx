import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect } from "vitest";
import { ChatPage } from "@/features/chat/chat-page";
import { isAnswering, isReadHere } from "@/features/chat/turn-store";
import { useLiveEvents } from "@/features/shell/live-events";
import { readyState, sampleConversation, sampleMessage, type ContractState } from "@/test/contract-state";
import { openPage, type Page } from "@/test/page";

/** As the app's frame shows it: hearing what happens to the agents. */
export function LiveChat() {
  useLiveEvents(isReadHere);
  return <ChatPage />;
}

export interface OpenChat extends Page {
  readonly box: HTMLTextAreaElement;
  readonly send: (text: string) => void;
  readonly id: string;
}

/** A conversation that exists, so that its address does not change while it is tested. */
export const openChat = async (
  over: Partial<ContractState> = {},
  messages = [sampleMessage({ role: "user", content: "Hello" }), sampleMessage({ content: "Hi" })],
  id: string = crypto.randomUUID(),
): Promise<OpenChat> => {
  const state = { ...readyState(), ...over };
  const page = await openPage(
    <LiveChat />,
    {
      ...state,
      conversations: [sampleConversation({ id, agentId: (state.agents?.[0] ?? state.admin?.systemAgents[0])?.id ?? "", title: "A talk" })],
      messages: new Map([[id, messages]]),
    },
    `/chat?id=${id}`,
  );
  const box = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" });
  await waitFor(() => expect(page.server.requests.some(({ line }) => line === "GET /api/events")).toBe(true));
  const send = (text: string): void => {
    fireEvent.change(box, { target: { value: text } });
    fireEvent.keyDown(box, { key: "Enter" });
  };
  return { ...page, box, send, id };
};

/** Nothing is read any more: a page that is left behind would go on trying. */
export const untilAnswered = async ({ id }: Pick<OpenChat, "id">): Promise<void> =>
  waitFor(() => {
    window.dispatchEvent(new Event("online"));
    expect(isAnswering(id)).toBe(false);
  });

export const lastAnswer = (): HTMLElement => screen.getAllByRole("article", { name: "Ada" }).at(-1) ?? document.body;
