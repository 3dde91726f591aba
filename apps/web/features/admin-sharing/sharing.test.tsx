import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { SharedProvidersPage } from "@/features/admin-sharing/shared-providers-page";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

test("the demo model is switched off and on again", async () => {
  const { server } = await openPage(<SharedProvidersPage />, readyState(), "/admin/shared-providers");
  const offer = async () => screen.findByRole("switch", { name: "Offer the demo model" });
  for (const [before, after] of [
    ["true", "false"],
    ["false", "true"],
  ]) {
    expect((await offer()).getAttribute("aria-checked")).toBe(before);
    fireEvent.click(await offer());
    await waitFor(async () => expect((await offer()).getAttribute("aria-checked")).toBe(after));
  }
  expect(server.requests.filter(({ line }) => line.startsWith("PUT")).map(({ body }) => body)).toEqual([{ isOn: false }, { isOn: true }]);
});
