import type { SharableProvider } from "@mosaic/contracts/admin-sharing";
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { TeamModel } from "@/features/admin-sharing/team-model";
import { press } from "@/test/actions";
import { adminState, type AdminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const provider: SharableProvider = {
  id: "0199c0de-0000-7000-8000-00000000000a",
  kind: "zai",
  name: "Z.ai",
  models: [{ id: "glm-4.6" }],
  isActive: true,
  isShared: false,
  isOwn: true,
  ownerName: "admin",
  usedByAgents: 0,
};
const open = (over: Partial<AdminState>) => openPage(<TeamModel />, { ...readyState(), admin: adminState(over) }, "/admin/invites");

describe("whether new people can chat", () => {
  test("is said, with what sharing means, and made so with one button", async () => {
    const { server } = await open({ providers: [provider] });
    await screen.findByText("New people can’t chat yet");
    expect(screen.getByText(/Their agents use your key, so you pay for what they use/)).toBeDefined();
    press("Share Z.ai and make it the default");
    await screen.findByText(/New people get an agent at once, on glm-4.6 · Z.ai/);
    expect(server.requests.filter(({ line }) => line.startsWith("PUT")).map(({ line, body }) => [line, body])).toEqual([
      [`PUT /api/admin/sharing/providers/${provider.id}`, { isShared: true }],
      ["PUT /api/admin/sharing/defaults", { backend: null, model: { providerId: provider.id, model: "glm-4.6" }, fallbacks: [] }],
    ]);
  });

  test("needs a provider first where there is none", async () => {
    await open({});
    await screen.findByText("New people can’t chat yet");
    expect(screen.getByRole("link", { name: "Add a provider" }).getAttribute("href")).toBe("/settings/providers?edit=new");
  });

  test("a provider that is shared already only becomes the default", async () => {
    const { server } = await open({ providers: [{ ...provider, isShared: true, isOwn: false }] });
    await screen.findByText("New people can’t chat yet");
    press("Make it the default");
    await waitFor(() => expect(server.requests.filter(({ line }) => line.startsWith("PUT"))).toHaveLength(1));
  });
});
