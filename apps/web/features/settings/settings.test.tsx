import { freeEmojiFor, lookOf } from "@mosaic/contracts/agent-look";
import { providerDefinitions } from "@mosaic/contracts/provider";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { AgentsPage } from "@/features/agents/agents-page";
import { ProvidersPage } from "@/features/providers/providers-page";
import { UnsavedGuard } from "@/components/page/unsaved-guard";
import { openMenu, press, type } from "@/test/actions";
import { openPage } from "@/test/page";
import { readyState, sampleAgent, sampleProvider } from "@/test/contract-state";

describe("providers", () => {
  test("an empty list shows the first step", async () => {
    const { visits } = await openPage(<ProvidersPage />, { ...readyState(), providers: [] }, "/settings/providers");
    fireEvent.click(await screen.findByRole("button", { name: "Add provider" }));
    expect(visits).toEqual(["/settings/providers?edit=new"]);
  });

  test("an empty key keeps the stored one", async () => {
    const state = readyState();
    const { server } = await openPage(<ProvidersPage />, state, `/settings/providers?edit=${state.providers?.[0]?.id}`);
    await screen.findByRole("heading", { name: "Edit Z.ai" });
    type("Provider name", "Z.ai coding");
    press("Save changes");
    await waitFor(() => expect(server.state.providers[0]?.name).toBe("Z.ai coding"));
    const sent = server.requests.find(({ line }) => line.startsWith("PATCH"))?.body;
    expect(Object.keys(sent as object).toSorted()).toEqual(["models", "name"]);
  });

  test("a new address asks for the key again", async () => {
    const state = readyState();
    const { server } = await openPage(<ProvidersPage />, state, `/settings/providers?edit=${state.providers?.[0]?.id}`);
    await screen.findByRole("heading", { name: "Edit Z.ai" });
    type("Address (base URL)", "https://elsewhere.example/v1");
    press("Save changes");
    await screen.findByText("Enter the key again: the stored one is not sent to a new address");
    expect(server.requests.some(({ line }) => line.startsWith("PATCH"))).toBe(false);
  });

  test("deleting names the agents that lose their model", async () => {
    const { server } = await openPage(<ProvidersPage />, readyState(), "/settings/providers");
    fireEvent.click(await screen.findByRole("button", { name: "Delete Z.ai" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Delete the provider “Z.ai”?" }));
    await waitFor(() => expect(dialog.getByText("Ada")).toBeDefined());
    fireEvent.click(dialog.getByRole("button", { name: "Delete provider" }));
    await waitFor(() => expect(server.state.providers).toHaveLength(0));
  });

  test("one is switched off and on again, with its key kept", async () => {
    const { server } = await openPage(<ProvidersPage />, readyState(), "/settings/providers");
    await screen.findByRole("switch", { name: "Use Z.ai" });
    const use = () => screen.getByRole<HTMLButtonElement>("switch", { name: "Use Z.ai" });
    expect(use().getAttribute("aria-checked")).toBe("true");
    fireEvent.click(use());
    await screen.findByText("Switched off");
    expect(server.state.providers[0]).toMatchObject({ isActive: false, hasKey: true });
    await waitFor(() => expect(use().disabled).toBe(false));
    fireEvent.click(use());
    await waitFor(() => expect(screen.queryByText("Switched off")).toBeNull());
    expect(server.requests.filter(({ line }) => line.startsWith("PATCH")).map(({ body }) => body)).toEqual([
      { isActive: false },
      { isActive: true },
    ]);
  });

  test("each kind says where its key comes from, or needs none", async () => {
    await openPage(<ProvidersPage />, readyState(), "/settings/providers?edit=new");
    await screen.findByRole("heading", { name: "Add a provider" });
    const shown: [string, string | null][] = [];
    for (const { label } of Object.values(providerDefinitions)) {
      fireEvent.click(screen.getByRole("radio", { name: label }));
      await waitFor(() => expect(screen.getByRole("radio", { name: label }).getAttribute("aria-checked")).toBe("true"));
      shown.push([label, screen.queryByRole("link", { name: /^Where do I get a key/ })?.getAttribute("href") ?? null]);
    }
    expect(shown).toEqual(Object.values(providerDefinitions).map(({ label, keyHelpUrl }) => [label, keyHelpUrl]));
    expect(Object.values(providerDefinitions).filter(({ needsKey, keyHelpUrl }) => needsKey && keyHelpUrl === null)).toEqual([]);
  });

  test("leaving with changes asks first", async () => {
    const state = readyState();
    const page = (
      <UnsavedGuard>
        <ProvidersPage />
      </UnsavedGuard>
    );
    const { visits } = await openPage(page, state, `/settings/providers?edit=${state.providers?.[0]?.id}`);
    await screen.findByRole("heading", { name: "Edit Z.ai" });
    type("Provider name", "Changed");
    await waitFor(() => {
      press("Cancel");
      expect(screen.getByText("Discard your changes?")).toBeDefined();
    });
    expect(visits).toEqual([]);
    press("Discard changes");
    expect(visits).toEqual(["/settings/providers"]);
  });
});

describe("agents", () => {
  test("an agent is created with its model and its tools", async () => {
    const { server } = await openPage(<AgentsPage />, { ...readyState(), agents: [] }, "/settings/agents?edit=new");
    await screen.findByRole("heading", { name: "Add an agent" });
    type("Name", "Grace");
    press("Concise expert");
    fireEvent.click(screen.getByRole("switch", { name: "Shell" }));
    type("Stop when idle for (minutes)", "0");
    press("Add agent");
    await waitFor(() => expect(server.state.agents).toHaveLength(1));
    expect(server.state.agents[0]).toMatchObject({
      name: "Grace",
      idleTimeoutSeconds: 0,
      tools: { shell: true },
      model: { model: "glm-4.6" },
    });
    expect(server.state.agents[0]?.personality).toContain("seasoned expert");
  });

  test("looks as its name says until somebody chooses", async () => {
    const { server } = await openPage(<AgentsPage />, { ...readyState(), agents: [] }, "/settings/agents?edit=new");
    await screen.findByRole("heading", { name: "Add an agent" });
    const emoji = screen.getByLabelText<HTMLInputElement>("Emoji (optional)");
    expect([emoji.value, emoji.placeholder]).toEqual(["", ""]);
    type("Name", "Grace");
    await waitFor(() => expect(emoji.placeholder).toBe(lookOf("Grace").emoji));
    press("Add agent");
    await waitFor(() => expect(server.state.agents).toHaveLength(1));
    expect(server.requests.find(({ line }) => line === "POST /api/agents")?.body).not.toHaveProperty("emoji");
  });

  test("offers a look that no other agent has", async () => {
    const other = sampleAgent({ name: "Ada", emoji: lookOf("Grace").emoji });
    await openPage(<AgentsPage />, { ...readyState(), agents: [other] }, "/settings/agents?edit=new");
    await screen.findByRole("button", { name: "Add agent" });
    type("Name", "Grace");
    const emoji = screen.getByLabelText<HTMLInputElement>("Emoji (optional)");
    await waitFor(() => expect(emoji.placeholder).toBe(freeEmojiFor("Grace", [other])));
    expect(emoji.placeholder).not.toBe(other.emoji);
  });

  test("shows its personality as it will be read", async () => {
    const state = readyState();
    await openPage(<AgentsPage />, state, `/settings/agents?edit=${state.agents?.[0]?.id}`);
    const show = await screen.findByRole("button", { name: "Show preview" });
    expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
    fireEvent.click(show);
    const preview = screen.getByRole("region", { name: "Preview" });
    type("Personality (optional)", "You are **exact**.");
    await waitFor(() => expect(preview.textContent).toContain("You are exact."));
    type("Personality (optional)", " ");
    await within(preview).findByText(/Without a personality of its own/);
    press("Hide preview");
    expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
  });

  test("gets a fallback that is another model than its own, and loses it again", async () => {
    const state = readyState();
    const { server } = await openPage(<AgentsPage />, state, `/settings/agents?edit=${state.agents?.[0]?.id}`);
    fireEvent.click(await screen.findByRole("button", { name: "Add fallback model" }));
    expect((await screen.findByRole("combobox", { name: "Fallback model 1" })).textContent).toBe("glm-4.5-air");
    expect(screen.queryByRole("button", { name: "Add fallback model" })).toBeNull();
    press("Remove fallback model 1");
    press("Add fallback model");
    press("Save changes");
    await waitFor(() => expect(server.state.agents[0]?.fallbacks.map(({ model }) => model)).toEqual(["glm-4.5-air"]));
  });

  test("is offered no fallback where there is but one model", async () => {
    const state = { ...readyState(), providers: [sampleProvider({ models: [{ id: "glm-4.6" }] })] };
    await openPage(<AgentsPage />, state, "/settings/agents?edit=new");
    expect((await screen.findByRole("combobox", { name: "Model" })).textContent).toBe("glm-4.6");
    expect(screen.queryByText(/^Fallback models/)).toBeNull();
  });

  test("says before it is deleted how much is lost", async () => {
    await openPage(<AgentsPage />, readyState(), "/settings/agents");
    fireEvent.click(await screen.findByRole("button", { name: "Delete Ada" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Delete the agent “Ada”?" }));
    expect(await dialog.findByText("3 conversations with 42 messages")).toBeDefined();
  });

  test("shows what its software wrote last, and looks again", async () => {
    const { server } = await openPage(<AgentsPage />, readyState(), "/settings/agents");
    await openMenu("More for Ada");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Recent logs" }));
    const lines = (): string => screen.getByLabelText<HTMLTextAreaElement>("Log lines").value;
    await screen.findByRole("dialog", { name: "Recent logs of Ada" });
    await waitFor(() => expect(lines()).toBe("[gateway] ready\n[agent] answered"));
    server.state.logs = [];
    press("Refresh");
    await waitFor(() => expect(lines()).toContain("the agent has not run"));
  });

  test("is restarted while it runs, and only then", async () => {
    const { server } = await openPage(
      <AgentsPage />,
      { ...readyState(), agents: [sampleAgent({ status: "running" })] },
      "/settings/agents",
    );
    await openMenu("More for Ada");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Restart Ada" }));
    await screen.findByText("Starting");
    expect(server.requests.some(({ line }) => line.endsWith("/restart"))).toBe(true);
    fireEvent.click(await screen.findByRole("button", { name: "Stop Ada" }));
    await screen.findByText("Stopped");
    await openMenu("More for Ada");
    await screen.findByRole("menuitem", { name: "Recent logs" });
    expect(screen.queryByRole("menuitem", { name: "Restart Ada" })).toBeNull();
  });

  test("is deleted only after its name was typed", async () => {
    const { server } = await openPage(<AgentsPage />, readyState(), "/settings/agents");
    fireEvent.click(await screen.findByRole("button", { name: "Delete Ada" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Delete the agent “Ada”?" }));
    const confirm = dialog.getByRole<HTMLButtonElement>("button", { name: "Delete agent" });
    expect(confirm.disabled).toBe(true);
    fireEvent.change(dialog.getByRole("textbox"), { target: { value: "Ada" } });
    fireEvent.click(confirm);
    await waitFor(() => expect(server.state.agents).toHaveLength(0));
  });

  test("is started and stopped", async () => {
    const { server } = await openPage(<AgentsPage />, readyState(), "/settings/agents");
    fireEvent.click(await screen.findByRole("button", { name: "Start Ada" }));
    await screen.findByRole("button", { name: "Stop Ada" });
    expect(server.state.agents[0]?.status).toBe("running");
  });
});
