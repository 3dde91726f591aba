import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { toast } from "sonner";
import { showList } from "@/features/chat/list-view";
import { isReadHere } from "@/features/chat/turn-store";
import { Sidebar } from "@/features/chat/sidebar";
import { useLiveEvents } from "@/features/shell/live-events";
import { openMenu, press, type } from "@/test/actions";
import { openPage, type Page } from "@/test/page";
import { readyState, sampleAgent, sampleConversation, sampleFolder } from "@/test/contract-state";

afterEach(() =>
  act(() => {
    showList({ agentId: null, folderId: null, isArchived: false });
    toast.dismiss();
  }),
);

function LiveSidebar() {
  useLiveEvents(isReadHere);
  return <Sidebar />;
}

const ada = sampleAgent({ name: "Ada", emoji: "🦉" });
const travel = sampleFolder({ name: "Travel", instructions: "Answer in French." });
const inRome = sampleConversation({ agentId: ada.id, title: "Rome", folderId: travel.id });
const other = sampleConversation({ agentId: ada.id, title: "Taxes" });

const open = async (folders = [travel], conversations = [inRome, other]): Promise<Page> => {
  const page = await openPage(<LiveSidebar />, { ...readyState(), agents: [ada], conversations, folders }, "/chat");
  await screen.findByRole("link", { name: "Taxes" });
  return page;
};

const list = (): HTMLElement => screen.getByRole("navigation", { name: "Conversations" });
const titles = (): string[] =>
  within(list())
    .queryAllByRole("link")
    .map((row) => row.textContent);

const enter = async (): Promise<void> => {
  fireEvent.click(await screen.findByRole("button", { name: "Show the conversations in Travel" }));
  await waitFor(() => expect(titles()).toEqual(["Rome"]));
};

describe("folders", () => {
  test("one that is chosen shows what is in it, its instructions, and a way back", async () => {
    await open();
    await enter();
    expect(screen.getByRole("heading", { name: "Travel" })).toBeTruthy();
    expect(screen.getByText("Answer in French.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "New chat in this folder" }).getAttribute("href")).toBe(`/chat?folder=${travel.id}`);
    press("Back to all conversations");
    await waitFor(() => expect(titles()).toHaveLength(2));
  });

  test("a new one is shown at once, and says what is missing in a form", async () => {
    const page = await open([]);
    press("New folder");
    await screen.findByRole("dialog", { name: "New folder" });
    press("Create folder");
    expect(await screen.findByRole("alert")).toBeTruthy();
    type("Name", "Garden");
    type(/^Instructions/, "Name plants in Latin.");
    press("Create folder");
    expect(await screen.findByRole("heading", { name: "Garden" })).toBeTruthy();
    expect(page.server.state.folders).toMatchObject([{ name: "Garden", instructions: "Name plants in Latin." }]);
    expect(await screen.findByText("No conversation is in this folder yet.")).toBeTruthy();
  });

  test("a conversation moves into one, and out of it", async () => {
    const page = await open();
    await openMenu("Actions for Taxes");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Move to folder" }));
    const dialog = await screen.findByRole("dialog", { name: "Move “Taxes”" });
    expect(within(dialog).getByRole<HTMLInputElement>("radio", { name: "No folder" }).checked).toBe(true);
    fireEvent.click(within(dialog).getByRole("radio", { name: "Travel" }));
    press("Move");
    await waitFor(() => expect(page.server.state.conversations.find(({ title }) => title === "Taxes")?.folderId).toBe(travel.id));
  });

  test("deleting one asks first, and its conversations stay", async () => {
    const page = await open();
    await enter();
    await openMenu("Actions for Travel");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Delete folder" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Delete “Travel”?" });
    expect(within(dialog).getByText(/Its conversations stay/)).toBeTruthy();
    fireEvent.click(within(dialog).getByRole("button", { name: "Delete folder" }));
    await waitFor(() => expect(titles()).toHaveLength(2));
    expect(page.server.state.folders).toEqual([]);
  });

  test("what another device changes is seen", async () => {
    const page = await open();
    await waitFor(() => expect(page.server.requests.some(({ line }) => line === "GET /api/events")).toBe(true));
    page.server.state.folders.push(sampleFolder({ name: "Work" }));
    act(() => page.server.say({ type: "folders" }));
    expect(await screen.findByRole("button", { name: "Show the conversations in Work" })).toBeTruthy();
  });
});
