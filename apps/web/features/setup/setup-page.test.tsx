import type { ProviderTestResult } from "@mosaic/contracts/provider";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { SetupPage } from "@/features/setup/setup-page";
import { adminState } from "@/test/admin-contract";
import { openPage } from "@/test/page";
import { sampleBackend, sampleProvider } from "@/test/contract-state";

const type = (name: string, value: string): void => {
  const field = screen.getByLabelText(name, { selector: "input, textarea" });
  fireEvent.change(field, { target: { value } });
};
const press = (name: string | RegExp): boolean => fireEvent.click(screen.getByRole("button", { name }));
const demoResult = (): ProviderTestResult => ({
  outcome: "ok",
  message: "Built in.",
  caution: null,
  agentAddress: null,
  allow: null,
  models: [{ id: "demo" }],
  durationMs: 1,
});
const heading = (name: string): Promise<HTMLElement> => screen.findByRole("heading", { level: 1, name });

beforeEach(() => {
  window.sessionStorage.clear();
  window.history.replaceState(null, "", "/setup");
});

describe("the wizard", () => {
  test("asks for the printed link when it is missing, and takes a pasted one", async () => {
    const { server } = await openPage(<SetupPage />, {}, "/setup");
    await heading("Open the set-up link");
    type("Set-up link or token", "http://localhost:8080/setup#token=wrong");
    press("Continue");
    await screen.findByText("This token is not valid. Take the link that was printed last.");
    type("Set-up link or token", `http://localhost:8080/setup#token=${server.state.setupToken}`);
    press("Continue");
    expect(await heading("Create the administrator")).toBeDefined();
  });

  test.each([
    ["#token=another-ones", /The link that you opened is not this Mosaic’s/],
    ["#toke=the-setup-token", /The link that you opened contains no token/],
  ])("says so when the link %s is wrong", async (hash, words) => {
    window.history.replaceState(null, "", `/setup${hash}`);
    await openPage(<SetupPage />, {}, "/setup");
    await heading("Open the set-up link");
    expect(await screen.findByText(words)).toBeDefined();
  });

  test("shows which rules of the password hold", async () => {
    window.history.replaceState(null, "", "/setup#token=the-setup-token");
    await openPage(<SetupPage />, {}, "/setup");
    await heading("Create the administrator");
    const rules = within(screen.getByRole("list", { name: "Password rules" }));
    type("Password", "admin-admin-admin");
    await waitFor(() => expect(rules.getByText("Does not contain the user name").textContent).toContain("not yet"));
    type("Password", "a long enough passphrase");
    await waitFor(() => expect(rules.getAllByText(/\(fulfilled\)/)).toHaveLength(3));
  });

  test("leads from the account to the summary, and sends what was entered", async () => {
    window.history.replaceState(null, "", "/setup#token=the-setup-token");
    const { server, visits } = await openPage(<SetupPage />, {}, "/setup");
    await heading("Create the administrator");
    type("Password", "a long enough passphrase");
    press("Create administrator");
    await heading("Sign-in for your team");
    press("Skip for now");
    await heading("Connect a model provider");
    type("API key", "sk-test");
    press("Test connection");
    await screen.findByText("The connection works");
    press("Save and continue");
    await screen.findByLabelText("Name");
    type("Name", "Ada");
    expect(screen.getByText(/Their agents use your key, so you pay for what they use/)).toBeDefined();
    fireEvent.click(screen.getByRole("checkbox", { name: "Let everybody here use this model" }));
    press("Create agent");
    await heading("Ready to go?");
    await screen.findByText("Whoever you invite needs a key of their own");
    await screen.findByText("PostgreSQL 18.4 answers in 2 ms.");
    press("Finish and start chatting");
    await waitFor(() => expect(visits).toContain("/chat"));
    const sent = Object.fromEntries(server.requests.map(({ line, body }) => [line, body]));
    expect(sent["POST /api/onboarding/breakglass"]).toEqual({ username: "admin", password: "a long enough passphrase" });
    expect(sent["POST /api/onboarding/provider"]).toMatchObject({
      kind: "zai",
      apiKey: "sk-test",
      models: [{ id: "glm-4.6" }, { id: "glm-4.5-air" }],
    });
    expect(sent["POST /api/onboarding/agents"]).toMatchObject({
      runtime: "docker",
      acceptsNoIsolation: false,
      agent: { name: "Ada", model: { model: "glm-4.6" } },
      sharesModel: true,
    });
  });

  test("lets the kind of the first agent be chosen, and keeps it", async () => {
    const backends = [sampleBackend(), sampleBackend({ id: "parrot", label: "Parrot", defaultIdleTimeoutSeconds: 60, tools: [] })];
    const state = { step: "agents" as const, isSignedIn: true, providers: [sampleProvider()], backends };
    const { server } = await openPage(<SetupPage />, state, "/setup");
    await screen.findByLabelText("Name");
    type("Name", "Ada");
    fireEvent.click(screen.getByRole("radio", { name: "Parrot" }));
    press("Create agent");
    await heading("Ready to go?");
    expect(server.state.agents).toMatchObject([{ name: "Ada", backend: "parrot", idleTimeoutSeconds: 60 }]);
    press("Back");
    await screen.findByText("An agent keeps its kind.");
    expect(screen.getByText("Kind of agent").parentElement?.textContent).toContain("Parrot");
  });

  test("ends by saying what those who are invited will get", async () => {
    const provider = { ...sampleProvider(), isShared: true, isOwn: true, ownerName: "admin", usedByAgents: 0 };
    const choice = { providerId: provider.id, model: "glm-4.6" };
    const effective = { ...choice, source: "admin-all" as const, providerName: "Z.ai", isShared: true };
    const defaults = [{ backend: null, model: choice, fallbacks: [], effective }];
    await openPage(
      <SetupPage />,
      { step: "summary", isSignedIn: true, providers: [provider], admin: adminState({ providers: [provider], defaults }) },
      "/setup",
    );
    await screen.findByText("Whoever you invite can chat at once");
    expect(screen.getByText(/They get an agent of their own on glm-4.6 · Z.ai/)).toBeDefined();
    press("Back");
    const share = await screen.findByRole("checkbox", { name: "Let everybody here use this model" });
    expect(share.getAttribute("aria-checked")).toBe("true");
  });

  test("sets single sign-on up when it is wanted, after a test of its server", async () => {
    const { server } = await openPage(<SetupPage />, { step: "oidc", isSignedIn: true }, "/setup");
    await heading("Sign-in for your team");
    fireEvent.click(screen.getByRole("radio", { name: "Single sign-on" }));
    await screen.findByText("https://mosaic.example.org/api/auth/oidc/callback");
    press("Test this server");
    await screen.findByText("Enter the issuer first: a web address that begins with https://");
    type("Issuer", "https://login.acme.example");
    press("Test this server");
    await screen.findByText("The server answers");
    expect(server.requests.find(({ line }) => line === "POST /api/admin/oidc/test")?.body).toMatchObject({
      issuer: "https://login.acme.example",
    });
    type("Client ID", "mosaic");
    type("Client secret", "s3cret");
    press("Save and continue");
    await heading("Connect a model provider");
    expect(server.state.admin.oidc).toMatchObject({ isConfigured: true, issuer: "https://login.acme.example", clientId: "mosaic" });
  });

  test("keeps what was entered while going back", async () => {
    await openPage(<SetupPage />, { step: "provider", isSignedIn: true }, "/setup");
    await heading("Connect a model provider");
    type("API key", "sk-half");
    press("Back");
    await heading("Sign-in for your team");
    press("Continue");
    await heading("Connect a model provider");
    expect(screen.getByLabelText<HTMLInputElement>("API key", { selector: "input" }).value).toBe("sk-half");
  });

  test("says in words what is wrong with a connection", async () => {
    const { server } = await openPage(<SetupPage />, { step: "provider", isSignedIn: true }, "/setup");
    await heading("Connect a model provider");
    press("Test connection");
    expect(await screen.findByText("Enter the API key")).toBeDefined();
    expect(server.requests.some(({ line }) => line.endsWith("/test"))).toBe(false);
    server.state.testResult = {
      outcome: "bad_key",
      message: "The endpoint refused the key (401).",
      caution: null,
      agentAddress: null,
      allow: null,
      models: [],
      durationMs: 80,
    };
    type("API key", "sk-bad");
    press("Test connection");
    expect(await screen.findByText("The endpoint refused the key (401).", { exact: false })).toBeDefined();
  });

  test("says at the address what is wrong with it, and asks nobody", async () => {
    const { server } = await openPage(<SetupPage />, { step: "provider", isSignedIn: true }, "/setup");
    await heading("Connect a model provider");
    fireEvent.click(screen.getByRole("radio", { name: "Any OpenAI-compatible server" }));
    type("Address (base URL)", "nonsense");
    press("Test connection");
    const fault = await screen.findByText("A web address that begins with http:// or https://");
    const address = screen.getByLabelText("Address (base URL)", { selector: "input" });
    expect(address.getAttribute("aria-describedby")).toContain(fault.closest("p")?.id);
    expect(screen.queryByText(/Some fields are not valid/)).toBeNull();
    expect(server.requests.some(({ line }) => line.endsWith("/test"))).toBe(false);
  });

  test("lists the demo model without being asked", async () => {
    await openPage(
      <SetupPage />,
      {
        step: "provider",
        isSignedIn: true,
        testResult: demoResult(),
      },
      "/setup",
    );
    await heading("Connect a model provider");
    fireEvent.click(screen.getByRole("radio", { name: "Demo model (no real AI)" }));
    await waitFor(() => expect(screen.getByRole("checkbox", { name: "demo" }).getAttribute("aria-checked")).toBe("true"));
    expect(screen.getByText("This is not an AI")).toBeDefined();
    expect(screen.queryByLabelText("API key", { selector: "input" })).toBeNull();
  });

  test("saves the demo model also for whoever is quicker than its list", async () => {
    const { server } = await openPage(<SetupPage />, { step: "provider", isSignedIn: true, testResult: demoResult() }, "/setup");
    await heading("Connect a model provider");
    fireEvent.click(screen.getByRole("radio", { name: "Demo model (no real AI)" }));
    press("Save and continue");
    press(/Save and continue|Saving/);
    fireEvent.submit(screen.getByRole("radio", { name: "Demo model (no real AI)" }).closest("form") ?? expect.fail());
    expect(await screen.findByLabelText("Name")).toBeDefined();
    expect(server.requests.filter(({ line }) => line === "POST /api/onboarding/provider")).toHaveLength(1);
  });

  test("saves nothing when another kind is chosen while the list is waited for", async () => {
    const { server } = await openPage(<SetupPage />, { step: "provider", isSignedIn: true, testResult: demoResult() }, "/setup");
    await heading("Connect a model provider");
    fireEvent.click(screen.getByRole("radio", { name: "Demo model (no real AI)" }));
    press("Save and continue");
    fireEvent.click(screen.getByRole("radio", { name: "Z.ai" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Save and continue" }).hasAttribute("disabled")).toBe(false));
    expect(screen.queryByText("Enter the API key")).toBeNull();
    expect(server.requests.some(({ line }) => line === "POST /api/onboarding/provider")).toBe(false);
  });

  test("does not use the process runtime without consent", async () => {
    const provider = sampleProvider();
    const { server } = await openPage(<SetupPage />, { step: "agents", isSignedIn: true, providers: [provider] }, "/setup");
    await screen.findByLabelText("Name");
    type("Name", "Ada");
    fireEvent.click(screen.getByRole("radio", { name: "Plain processes (no isolation)" }));
    press("Create agent");
    await screen.findByText("Confirm this, or choose a runtime that isolates");
    expect(server.state.agents).toHaveLength(0);
    fireEvent.click(screen.getByRole("checkbox", { name: "I understand that the process runtime does not isolate agents" }));
    press("Create agent");
    await heading("Ready to go?");
    expect(server.requests.find(({ line }) => line === "POST /api/onboarding/agents")?.body).toMatchObject({
      runtime: "process",
      acceptsNoIsolation: true,
    });
  });

  test("moves the focus to the heading of the next step", async () => {
    await openPage(<SetupPage />, { step: "oidc", isSignedIn: true }, "/setup");
    await heading("Sign-in for your team");
    press("Skip for now");
    const next = await heading("Connect a model provider");
    await waitFor(() => expect(document.activeElement).toBe(next));
  });

  test("leads to the sign-in when the account exists and nobody is signed in", async () => {
    const { visits } = await openPage(<SetupPage />, { step: "provider" }, "/setup");
    await waitFor(() => expect(visits).toEqual(["/login?next=%2Fsetup"]));
  });

  test("can't be entered again once it is finished", async () => {
    const { visits } = await openPage(<SetupPage />, { step: "summary", isComplete: true, isSignedIn: true }, "/setup");
    await waitFor(() => expect(visits).toEqual(["/chat"]));
  });
});
