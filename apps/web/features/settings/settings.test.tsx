import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { AgentsPage } from "@/features/agents/agents-page";
import { ProvidersPage } from "@/features/providers/providers-page";
import { UnsavedGuard } from "@/features/shell/unsaved-guard";
import { openPage } from "@/test/page";
import { readyState } from "@/test/contract-server";

const type = (name: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(name, { selector: "input, textarea" }), { target: { value } });
};
const press = (name: string): boolean => fireEvent.click(screen.getByRole("button", { name }));

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
