import type { EffectiveModel } from "@mosaic/contracts/agent";
import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { effectiveText } from "@/features/agents/effective-model";
import { ModelsPage } from "@/features/models/models-page";
import { readyState, sampleBackend, sampleProvider } from "@/test/contract-state";
import { openPage } from "@/test/page";

const effective = (source: EffectiveModel["source"], isShared = false): EffectiveModel => ({
  source,
  isShared,
  providerId: "0199c0de-0000-7000-8000-000000000009",
  providerName: "Z.ai",
  model: "glm-4.6",
});

describe("the model in use names the setting that it comes from:", () => {
  test.each([
    ["nothing is set", null, "No model is set"],
    ["the agent", effective("agent"), "glm-4.6 · Z.ai · set for this agent"],
    ["one's default for a backend", effective("user-backend"), "glm-4.6 · Z.ai · from your default for this kind of agent"],
    ["one's default", effective("user-all"), "glm-4.6 · Z.ai · from your default for all agents"],
    [
      "an admin's default for a backend",
      effective("admin-backend", true),
      "glm-4.6 · Z.ai (shared by an admin) · from your admin’s default for this kind of agent",
    ],
    ["an admin's default", effective("admin-all", true), "glm-4.6 · Z.ai (shared by an admin) · from your admin’s default"],
  ])("%s", (_name, model, text) => {
    expect(effectiveText(model)).toBe(text);
  });
});

describe("the defaults", () => {
  const row = async (name: string) => within(await screen.findByRole("form", { name }));

  test("are saved with a fallback, say what they come to, and are removed again", async () => {
    const provider = sampleProvider();
    const { server } = await openPage(<ModelsPage />, { ...readyState(), providers: [provider] }, "/settings/models");
    const all = await row("For all agents");
    expect(all.getByRole("status").textContent).toBe("Used now: No model is set");
    expect(all.queryByRole("button", { name: "Remove this default" })).toBeNull();
    expect(all.getByRole<HTMLButtonElement>("button", { name: "Save default" }).disabled).toBe(true);
    fireEvent.keyDown(all.getByRole("combobox", { name: "Model" }), { key: "ArrowDown" });
    fireEvent.keyDown(await screen.findByRole("option", { name: "glm-4.6" }), { key: "Enter" });
    fireEvent.click(await all.findByRole("button", { name: "Add fallback model" }));
    fireEvent.click(all.getByRole("button", { name: "Save default" }));
    await all.findByText("Used now: glm-4.6 · Z.ai · from your default for all agents");
    expect(server.state.account.defaults[0]).toMatchObject({
      backend: null,
      model: { providerId: provider.id, model: "glm-4.6" },
      fallbacks: [{ providerId: provider.id, model: "glm-4.5-air" }],
    });
    expect(all.queryByRole("button", { name: "Add fallback model" })).toBeNull();
    fireEvent.click(await all.findByRole("button", { name: "Remove this default" }));
    await all.findByText("Used now: No model is set");
    expect(server.state.account.defaults[0]).toMatchObject({ model: null, fallbacks: [] });
  });

  test("for one kind of agent stand for themselves", async () => {
    const { server } = await openPage(<ModelsPage />, readyState(), "/settings/models");
    const openclaw = await row("For OpenClaw agents");
    fireEvent.keyDown(openclaw.getByRole("combobox", { name: "Model" }), { key: "ArrowDown" });
    fireEvent.keyDown(await screen.findByRole("option", { name: "glm-4.5-air" }), { key: "Enter" });
    fireEvent.click(openclaw.getByRole("button", { name: "Save default" }));
    await openclaw.findByText(/from your default for this kind of agent/);
    expect(server.state.account.defaults.map(({ model }) => model?.model)).toEqual([undefined, "glm-4.5-air"]);
  });

  test.each([
    ["as the server calls it", [sampleBackend({ label: "Lobster" })], "For Lobster agents"],
    ["by its id where the server has no name for it", [], "For openclaw agents"],
  ])("name a kind of agent %s", async (_name, backends, title) => {
    await openPage(<ModelsPage />, { ...readyState(), backends }, "/settings/models");
    expect(await row(title)).toBeDefined();
  });

  test("without any model to choose from, the way to a provider is shown", async () => {
    await openPage(<ModelsPage />, { ...readyState(), providers: [] }, "/settings/models");
    expect((await screen.findByRole("link", { name: "Add a provider" })).getAttribute("href")).toBe("/settings/providers?edit=new");
  });
});
