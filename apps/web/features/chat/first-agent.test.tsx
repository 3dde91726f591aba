import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { ChatPage } from "@/features/chat/chat-page";
import { openPage } from "@/test/page";
import { readyState, sampleAgent, sampleProvider, type ContractState } from "@/test/contract-state";

const open = (over: Partial<ContractState>) => openPage(<ChatPage />, { ...readyState(), providers: [], agents: [], ...over }, "/chat");

describe("somebody who enters the chat", () => {
  test("for the first time is greeted by an agent of their own, and may type", async () => {
    const { server } = await open({ role: "member" });
    await screen.findByRole("heading", { name: "Hello admin, I’m Juniper" });
    expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message Juniper" }).disabled).toBe(false);
    expect(server.requests.filter(({ line }) => line === "POST /api/agents/first")).toHaveLength(1);
  });

  test("with agents asks for no other", async () => {
    const { server } = await open({ agents: [sampleAgent({ lastActiveAt: new Date().toISOString() })] });
    await screen.findByRole("heading", { name: "How can Ada help?" });
    expect(server.requests.some(({ line }) => line === "POST /api/agents/first")).toBe(false);
  });

  test("who has deleted theirs is offered to add one", async () => {
    await open({ whyNoFirstAgent: "had_agent" });
    await screen.findByText("You have no agent yet");
    expect(screen.getByRole("link", { name: "Add agent" })).toBeDefined();
  });

  test("where no model is set is told what an admin has to do, and gets the agent once it is done", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { server } = await open({ role: "member", whyNoFirstAgent: "no_model" });
    await screen.findByText("Your agent is waiting for a model");
    expect(screen.getByText(/An admin has to share a provider and choose the default model/)).toBeDefined();
    expect(screen.getByRole("link", { name: "Use a key of your own" }).getAttribute("href")).toBe("/settings/providers?edit=new");
    server.state.whyNoFirstAgent = null;
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    await screen.findByRole("heading", { name: "Hello admin, I’m Juniper" });
  });

  test("as an admin where no model is set is led to where it is done", async () => {
    await open({ role: "admin", whyNoFirstAgent: "no_model" });
    await screen.findByText("Agents need a model first");
    expect(screen.getByRole("link", { name: "Shared providers" }).getAttribute("href")).toBe("/admin/shared-providers");
  });

  test("with models to choose from, but no default, chooses by themselves", async () => {
    await open({ role: "member", whyNoFirstAgent: "no_model", providers: [sampleProvider()] });
    await waitFor(() => expect(screen.getByRole("link", { name: "Add agent" })).toBeDefined());
  });
});

test("an agent without a model says so before one types, with where to choose one", async () => {
  const agent = sampleAgent({ effectiveModel: null });
  const { server } = await open({ agents: [agent] });
  const box = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message Ada" });
  expect(box.disabled).toBe(true);
  expect(box.getAttribute("aria-describedby")).toBe("composer-hint");
  expect(document.getElementById("composer-hint")?.textContent).toContain("No model is set for Ada, so it can’t answer.");
  expect(screen.getByRole("link", { name: "Choose a model" }).getAttribute("href")).toBe(`/settings/agents?edit=${agent.id}`);
  fireEvent.submit(screen.getByRole("form", { name: "Message" }));
  expect(server.requests.some(({ line }) => line === "POST /api/conversations")).toBe(false);
});
