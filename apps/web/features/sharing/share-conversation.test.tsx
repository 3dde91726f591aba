import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { ShareConversation } from "@/features/sharing/share-conversation";
import { queryKeys } from "@/lib/query-keys";
import { readyState, sampleConversation, type ContractState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const forbidden = "An admin does not allow links.";
const ignore = (): void => undefined;

const openShare = async (shares: ContractState["shares"]) => {
  const conversation = sampleConversation({ agentId: crypto.randomUUID() });
  const page = await openPage(<ShareConversation conversation={conversation} onClose={ignore} onReturnFocus={ignore} />, {
    ...readyState(),
    shares,
  });
  await waitFor(() => expect(page.client.getQueryState(queryKeys.shares)?.status).toBe(shares === null ? "error" : "success"));
};

const kindsOffered = async (): Promise<(string | null)[]> => {
  fireEvent.keyDown(screen.getByRole("combobox", { name: "Who may read it" }), { key: "ArrowDown" });
  return (await screen.findAllByRole("option")).map(({ textContent }) => textContent);
};

describe("links", () => {
  test("are offered", async () => {
    await openShare({ own: [], received: [], hasLinks: true });
    expect(screen.queryByText(forbidden)).toBeNull();
    expect(await kindsOffered()).toEqual(["Members that I name", "Everybody who has the link"]);
  });

  test("are offered while it is not known whether they are allowed, and nobody is blamed", async () => {
    await openShare(null);
    expect(screen.queryByText(forbidden)).toBeNull();
    expect(await kindsOffered()).toHaveLength(2);
  });

  test("are not offered where an admin does not allow them", async () => {
    await openShare({ own: [], received: [], hasLinks: false });
    await screen.findByText(forbidden);
    expect(await kindsOffered()).toHaveLength(1);
  });
});
