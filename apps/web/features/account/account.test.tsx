import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { ProfilePage } from "@/features/account/profile-page";
import { SessionsPage } from "@/features/account/sessions-page";
import { TokensPage } from "@/features/account/tokens-page";
import { accountState, sampleSession, sampleToken } from "@/test/account-contract";
import { press, type } from "@/test/actions";
import { readyState, sampleAgent } from "@/test/contract-state";
import { openPage } from "@/test/page";

const field = (name: string): HTMLInputElement => screen.getByLabelText<HTMLInputElement>(name, { selector: "input" });

describe("the profile", () => {
  test("saves a name, and says what a name is", async () => {
    const { server } = await openPage(<ProfilePage />, readyState(), "/settings/profile");
    await screen.findByLabelText("Display name");
    type("Display name", "   ");
    press("Save name");
    await screen.findByText("This can't be empty");
    type("Display name", "  Ada Lovelace ");
    press("Save name");
    await waitFor(() => expect(server.state.account.profile.displayName).toBe("Ada Lovelace"));
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save name" }).disabled).toBe(true));
    expect(field("Display name").value).toBe("Ada Lovelace");
  });

  test("offers no password to somebody who has none", async () => {
    const account = accountState();
    account.profile = { ...account.profile, hasPassword: false, identities: [{ issuer: "login.acme.example" }] };
    await openPage(<ProfilePage />, { ...readyState(), account }, "/settings/profile");
    await screen.findByText("Single sign-on (login.acme.example)");
    expect(screen.queryByRole("heading", { name: "Password" })).toBeNull();
  });
});

describe("a password", () => {
  const fill = async (current: string): Promise<void> => {
    await screen.findByLabelText("Current password", { selector: "input" });
    type("Current password", current);
    type("New password", "a long enough passphrase");
    press("Change password");
  };

  test("is not changed for a wrong one, which is said beside its field, nor against the rules", async () => {
    const { server } = await openPage(<ProfilePage />, readyState(), "/settings/profile");
    await fill("a guess");
    expect((await screen.findByText("This is not your current password")).closest("[role=alert]")?.id).toBe(
      field("Current password").getAttribute("aria-describedby"),
    );
    type("New password", "ada-ada-ada-ada");
    press("Change password");
    await screen.findByText("The new password does not follow all rules");
    expect(server.state.account.password).toBe("correct horse battery");
  });

  test("takes other devices and tokens along when it changes, and leaves nothing typed", async () => {
    const account = accountState({ tokens: [sampleToken()] });
    const { server } = await openPage(<ProfilePage />, { ...readyState(), account }, "/settings/profile");
    await fill("correct horse battery");
    await waitFor(() => expect(server.state.account.password).toBe("a long enough passphrase"));
    await waitFor(() => expect([field("Current password").value, field("New password").value]).toEqual(["", ""]));
    expect(server.state.account.tokens).toHaveLength(0);
  });

  test("leaves the tokens if it is told to", async () => {
    const account = accountState({ tokens: [sampleToken()] });
    const { server } = await openPage(<ProfilePage />, { ...readyState(), account }, "/settings/profile");
    fireEvent.click(await screen.findByRole("checkbox", { name: "Revoke my access tokens too" }));
    await fill("correct horse battery");
    await waitFor(() => expect(server.state.account.password).toBe("a long enough passphrase"));
    expect(server.state.account.tokens).toHaveLength(1);
  });
});

describe("sessions", () => {
  const three = () =>
    accountState({ sessions: [sampleSession({ isCurrent: true }), sampleSession({ device: "Safari on iPhone" }), sampleSession()] });

  test("one that is not this is signed out by its own button", async () => {
    const { server } = await openPage(<SessionsPage />, { ...readyState(), account: three() }, "/settings/sessions");
    fireEvent.click(await screen.findByRole("button", { name: "Sign out Safari on iPhone, 192.0.2.7" }));
    await waitFor(() => expect(screen.queryByText("Safari on iPhone")).toBeNull());
    expect(server.state.account.sessions.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    expect(screen.getAllByRole("button", { name: /^Sign out / })).toHaveLength(2);
  });

  test("all others are signed out after a question that counts them", async () => {
    const { server } = await openPage(<SessionsPage />, { ...readyState(), account: three() }, "/settings/sessions");
    fireEvent.click(await screen.findByRole("button", { name: "Sign out all others" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Sign out all other devices?" }));
    expect(dialog.getByText(/2 other devices are signed out at once/)).toBeDefined();
    expect(server.state.account.sessions).toHaveLength(3);
    fireEvent.click(dialog.getByRole("button", { name: "Sign out all others" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Sign out all others" })).toBeNull());
    expect(server.state.account.sessions.map(({ isCurrent }) => isCurrent)).toEqual([true]);
  });
});

describe("access tokens", () => {
  test("show when and from where they were used last, and whether they still work", async () => {
    const at = "2026-11-20T10:00:00.000Z";
    const account = accountState({
      tokens: [
        sampleToken({ name: "Unused" }),
        sampleToken({ name: "Busy", lastUsedAt: at, lastUsedAddress: "192.0.2.9" }),
        sampleToken({ name: "Old", expiresAt: "2020-01-01T00:00:00.000Z" }),
      ],
    });
    await openPage(<TokensPage />, { ...readyState(), account }, "/settings/tokens");
    await screen.findByText("Unused");
    const rows = screen.getAllByRole("listitem");
    const texts = rows.map(({ textContent }) => textContent);
    expect(texts[0]).toContain("Never used · never expires");
    expect(texts[1]).toMatch(/Last used .+ from 192\.0\.2\.9/);
    expect(texts[2]).toMatch(/Expired.*expired /);
  });

  test("are shown once, with what they may do, and revoked after a question", async () => {
    const { server } = await openPage(<TokensPage />, readyState(), "/settings/tokens");
    fireEvent.click(await screen.findByRole("button", { name: "New token" }));
    await screen.findByLabelText("Name");
    fireEvent.click(screen.getByRole("checkbox", { name: "Chat" }));
    press("Create token");
    await screen.findByText("Choose what the token may do");
    expect(screen.getByText("Give the token a name")).toBeDefined();
    type("Name", "Home automation");
    fireEvent.click(screen.getByRole("checkbox", { name: "Read" }));
    press("Create token");
    await screen.findByText("mosaic_shown-once");
    expect(server.requests.find(({ line }) => line === "POST /api/tokens")?.body).toEqual({
      name: "Home automation",
      scopes: ["read"],
      expiresInDays: 90,
      showsConversations: true,
      usesPlainModel: false,
    });
    press("Close");
    await waitFor(() => expect(screen.queryByText("mosaic_shown-once")).toBeNull());
    fireEvent.click(await screen.findByRole("button", { name: "Revoke Home automation" }));
    press("Revoke token");
    await screen.findByText("No access token yet");
    expect(server.state.account.tokens).toHaveLength(0);
  });

  test("for chat say whether their conversations are shown and who answers, others have no such choice", async () => {
    const account = accountState({ tokens: [sampleToken({ name: "Quiet", showsConversations: false })] });
    const { server } = await openPage(<TokensPage />, { ...readyState(), account }, "/settings/tokens");
    await screen.findByText("Conversations not shown");
    fireEvent.click(await screen.findByRole("button", { name: "New token" }));
    type("Name", "Titles");
    const [chat, read] = [screen.getByRole("checkbox", { name: "Chat" }), screen.getByRole("checkbox", { name: "Read" })];
    fireEvent.click(read);
    const [shown, alone] = ["Show its conversations in the chat", "Answer with the model alone"].map((name) =>
      screen.getByRole("checkbox", { name }),
    );
    const stateOf = (box = shown): unknown => [box?.getAttribute("aria-checked"), box?.hasAttribute("disabled")];
    expect(stateOf()).toEqual(["true", false]);
    if (alone !== undefined) fireEvent.click(alone);
    expect(stateOf()).toEqual(["false", true]);
    fireEvent.click(chat);
    expect(screen.queryByRole("checkbox", { name: "Answer with the model alone" })).toBeNull();
    fireEvent.click(chat);
    press("Create token");
    await screen.findByText("mosaic_shown-once");
    expect(server.requests.find(({ line }) => line === "POST /api/tokens")?.body).toMatchObject({
      showsConversations: true,
      usesPlainModel: true,
    });
    expect(screen.getByText(/curl .+\/v1\/models$/)).toBeDefined();
    expect(screen.getByRole("button", { name: "Copy the command" })).toBeDefined();
    press("Close");
    await screen.findByText("Model alone");
    expect(screen.queryByText("Conversations shown")).toBeNull();
  });

  test("stand beside what else a program is to be told: the address, and each agent as a model", async () => {
    const agent = sampleAgent({ name: "Ada" });
    await openPage(<TokensPage />, { ...readyState(), agents: [agent] }, "/settings/tokens");
    const card = await screen.findByRole("region", { name: "Use your agents in other programs" });
    await within(card).findByText(`${window.location.origin}/v1`);
    expect(within(card).getByText(`openclaw/${agent.id}`)).toBeDefined();
    expect(within(card).getByText("Model: Ada")).toBeDefined();
    const writeText = vi.fn<(text: string) => Promise<void>>(async () => undefined);
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
    fireEvent.click(within(card).getByRole("button", { name: "Copy the model of Ada" }));
    await waitFor(() => expect(writeText).toHaveBeenCalledWith(`openclaw/${agent.id}`));
    Reflect.deleteProperty(navigator, "clipboard");
  });
});
