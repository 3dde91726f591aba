import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { NetworkPage } from "@/features/admin-network/network-page";
import { SignInPage } from "@/features/admin-oidc/sign-in-page";
import { oidcProblemText } from "@/features/auth/oidc-problem";
import { adminState, type AdminState } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const type = (name: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(name, { selector: "input, textarea" }), { target: { value } });
};
const press = (name: string): boolean => fireEvent.click(screen.getByRole("button", { name }));

const configured = (over: Partial<AdminState["oidc"]> = {}): AdminState => {
  const state = adminState();
  state.oidc = {
    ...state.oidc,
    isConfigured: true,
    isEnabled: true,
    label: "Acme",
    issuer: "https://login.acme.example",
    clientId: "mosaic",
    hasClientSecret: true,
    ...over,
  };
  return state;
};

describe("single sign-on", () => {
  test("is set up with domains and rules, and says what is missing beside the field", async () => {
    const { server } = await openPage(<SignInPage />, readyState(), "/admin/sign-in");
    await screen.findByText("https://mosaic.example.org/api/auth/oidc/callback");
    type("Issuer", "https://login.acme.example");
    type("Client ID", "mosaic");
    type("Allowed e-mail domains (optional)", "acme.example,");
    press("Add rule");
    press("Save sign-in");
    await screen.findByText("Enter the client secret, or tick that there is none");
    expect(screen.getByText("Fill in the claim and the value of every rule, or remove it")).toBeDefined();
    type("Client secret", "s3cret");
    type("Value of rule 1", "mosaic-admins");
    press("Save sign-in");
    await waitFor(() => expect(server.state.admin.oidc.isConfigured).toBe(true));
    expect(server.requests.findLast(({ line }) => line === "PUT /api/admin/oidc")?.body).toMatchObject({
      isEnabled: true,
      clientSecret: "s3cret",
      scopes: ["openid", "profile", "email"],
      allowedEmailDomains: ["acme.example"],
      roleMappings: [{ claim: "groups", value: "mosaic-admins", role: "admin" }],
    });
  });

  test("an empty secret keeps the stored one, and a new issuer asks for it again", async () => {
    const { server } = await openPage(<SignInPage />, { ...readyState(), admin: configured() }, "/admin/sign-in");
    await screen.findByDisplayValue("https://login.acme.example");
    type("Label of the button", "Acme login");
    press("Save sign-in");
    await waitFor(() => expect(server.state.admin.oidc.label).toBe("Acme login"));
    const sent = server.requests.findLast(({ line }) => line === "PUT /api/admin/oidc")?.body as object;
    expect(Object.keys(sent)).not.toContain("clientSecret");
    await screen.findByDisplayValue("Acme login");
    type("Issuer", "https://evil.example");
    press("Save sign-in");
    await screen.findByText("Enter the secret again: the stored one is not sent to a new address");
    expect(server.state.admin.oidc.issuer).toBe("https://login.acme.example");
  });

  test("a refused address is allowed with one button, and the test goes on", async () => {
    const admin = configured({ issuer: "https://login.home:8443/realms/x" });
    admin.allowedAddresses = ["ollama.home"];
    admin.oidcTest = { outcome: "address_refused", message: "It is inside your network.", warnings: [] };
    const { server } = await openPage(<SignInPage />, { ...readyState(), admin }, "/admin/sign-in");
    fireEvent.click(await screen.findByRole("button", { name: "Test this server" }));
    const allow = await screen.findByRole("button", { name: "Allow login.home:8443" });
    admin.oidcTest = { outcome: "ok", message: "It answers.", warnings: ["It offers no groups."] };
    fireEvent.click(allow);
    await screen.findByText("The server answers");
    expect(screen.getByText("It offers no groups.")).toBeDefined();
    expect(server.state.admin.allowedAddresses).toEqual(["ollama.home", "login.home:8443"]);
  });
});

describe("what goes wrong at the sign-in server", () => {
  test("a refused client is told as that, and what was typed is what was tested", async () => {
    const admin = configured();
    admin.oidcTest = { outcome: "client_refused", message: "It does not accept Mosaic's client id or secret.", warnings: [] };
    const { server } = await openPage(<SignInPage />, { ...readyState(), admin }, "/admin/sign-in");
    await screen.findByDisplayValue("mosaic");
    press("Test this server");
    await screen.findByText("The server does not accept Mosaic");
    const sent = (): unknown => server.requests.findLast(({ line }) => line === "POST /api/admin/oidc/test")?.body;
    expect(sent()).toEqual({ issuer: "https://login.acme.example", clientId: "mosaic" });
    type("Client secret", "another");
    expect(screen.queryByText("The server does not accept Mosaic")).toBeNull();
    press("Test this server");
    await screen.findByText("The server does not accept Mosaic");
    expect(sent()).toEqual({ issuer: "https://login.acme.example", clientId: "mosaic", clientSecret: "another" });
  });

  test.each([
    ["too_many_groups" as const, /too many groups to be named/],
    ["no_userinfo" as const, /userinfo endpoint failed/],
  ])("roles that it does not tell (%s) are said with what to do", async (why, words) => {
    const admin = configured({ rolesNotTold: { people: 2, days: 7, claim: "groups", why } });
    await openPage(<SignInPage />, { ...readyState(), admin }, "/admin/sign-in");
    await screen.findByText("The sign-in server did not send the groups of 2 people in the last 7 days");
    expect(screen.getByText(words)).toBeDefined();
  });

  test("clocks that differ are told with the difference, and only a number is taken from the address", () => {
    expect(oidcProblemText("oidc_clock_skew", "-600")?.detail).toMatch(/^The sign-in server’s clock is 10 minutes behind\. Until both/);
    expect(oidcProblemText("oidc_clock_skew", "45")?.detail).toMatch(/45 seconds ahead/);
    expect(oidcProblemText("oidc_clock_skew", "600 evil")?.detail).toMatch(/^Until both/);
    expect(oidcProblemText("oidc_client_refused")?.title).toBe("The sign-in server does not accept Mosaic");
  });
});

describe("allowed addresses", () => {
  test("are sent one per line, and a refused line is named", async () => {
    const admin = adminState({ addressFaults: { "http://x": "This is a URL." } });
    const { server } = await openPage(<NetworkPage />, { ...readyState(), admin }, "/admin/network");
    await screen.findByLabelText("Allowed addresses");
    type("Allowed addresses", "ollama.home:11434\n\nhttp://x\n");
    press("Save addresses");
    await screen.findByText("“http://x”: This is a URL.");
    type("Allowed addresses", "ollama.home:11434\n10.0.0.0/8");
    press("Save addresses");
    await waitFor(() => expect(server.state.admin.allowedAddresses).toEqual(["ollama.home:11434", "10.0.0.0/8"]));
  });
});
