import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { UnsavedGuard, useUnsavedChanges } from "@/components/page/unsaved-guard";
import { SearchDialog } from "@/features/chat/search/search-dialog";
import { press } from "@/test/actions";
import { readyState, sampleConversation } from "@/test/contract-state";
import { openPage } from "@/test/page";

function Form({ isChanged }: { readonly isChanged: boolean }) {
  useUnsavedChanges(isChanged);
  return null;
}

const openSearch = async (isChanged: boolean) => {
  const state = readyState();
  const conversation = sampleConversation({ agentId: state.agents?.[0]?.id ?? "", title: "Tides and moons" });
  const page = await openPage(
    <UnsavedGuard>
      <Form isChanged={isChanged} />
      <SearchDialog actions={[]} />
    </UnsavedGuard>,
    { ...state, conversations: [conversation] },
  );
  const field = screen.getByRole("combobox", { name: "Search conversations" });
  fireEvent.change(field, { target: { value: "tides" } });
  await waitFor(() => expect(field.getAttribute("aria-activedescendant")).not.toBeNull());
  return { ...page, field, href: `/chat?id=${conversation.id}` };
};

describe("Enter on what was found", () => {
  test("opens it", async () => {
    const { field, visits, href } = await openSearch(false);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(visits).toEqual([href]);
  });

  test("asks first, where a form would be lost", async () => {
    const { field, visits, href } = await openSearch(true);
    fireEvent.keyDown(field, { key: "Enter" });
    await screen.findByRole("alertdialog", { name: "Discard your changes?" });
    expect(visits).toEqual([]);
    press("Discard changes");
    expect(visits).toEqual([href]);
  });

  test("does nothing while a word is being composed, also where a browser tells that by the key code alone", async () => {
    const { field, visits } = await openSearch(false);
    fireEvent.keyDown(field, { key: "Enter", isComposing: true });
    fireEvent.keyDown(field, { key: "Enter", keyCode: 229 });
    expect(visits).toEqual([]);
  });
});
