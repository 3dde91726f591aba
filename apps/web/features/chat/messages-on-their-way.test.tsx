import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { turnTimes } from "@/features/chat/turn-store";
import { lastAnswer, openChat, type OpenChat } from "@/test/open-chat";

const usual = { ...turnTimes };

afterEach(() => void Object.assign(turnTimes, usual));

/** The network comes back, as the page hears it. */
const comeBack = (): boolean => window.dispatchEvent(new Event("online"));

const sent = ({ server }: OpenChat): unknown[] =>
  server.requests.filter(({ line }) => line.startsWith("POST") && line.endsWith("/messages")).map(({ body }) => body);

/** An answer has ended on the server, and this page has not read its end. */
const openUnread = async (): Promise<OpenChat> => {
  const page = await openChat({ paceMs: 2 });
  page.send("hang");
  await waitFor(() => expect(page.server.turnIds()).toHaveLength(1));
  await screen.findByRole("button", { name: "Stop answering" });
  page.server.refuseReaders(true);
  page.server.cutReaders();
  page.server.letGo();
  await waitFor(() => expect(page.server.state.messages.get(page.id)?.at(-1)?.status).toBe("complete"));
  return page;
};

test("a message that had nothing to wait for is sent once the end of the answer was read here", async () => {
  const page = await openUnread();
  page.send("and then this");
  await waitFor(() => expect(page.server.requests.some(({ line }) => line.startsWith("POST") && line.endsWith("/waiting"))).toBe(true));
  page.server.refuseReaders(false);
  comeBack();
  await waitFor(() => expect(sent(page)).toEqual([{ content: "hang" }, { content: "and then this" }]));
  await waitFor(() => expect(lastAnswer().textContent).toContain("You said: and then this"));
});

test("a message that had nothing to wait for is given back if the end of the answer can't be read here", async () => {
  turnTimes.patienceMs = 50;
  const page = await openUnread();
  page.send("and then this");
  await waitFor(() => expect(page.box.value).toBe(""));
  await waitFor(() => expect(page.box.value).toBe("and then this"));
  expect(sent(page)).toEqual([{ content: "hang" }]);
  page.server.refuseReaders(false);
  comeBack();
});
