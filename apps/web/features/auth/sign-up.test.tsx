import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { SignUpPage } from "@/features/auth/sign-up-page";
import { press, type } from "@/test/actions";
import { adminState, type AdminState } from "@/test/admin-contract";
import { openPage } from "@/test/page";

const open = (signUpMode: AdminState["signUpMode"]) =>
  openPage(<SignUpPage />, { step: "summary", isComplete: true, admin: adminState({ signUpMode }) }, "/sign-up");

beforeEach(() => window.history.replaceState(null, "", "/sign-up"));

describe("making an account", () => {
  test("is not offered while sign-up is closed, invitation or not", async () => {
    window.history.replaceState(null, "", "/sign-up#invite=a-code-shown-once");
    await open("closed");
    await screen.findByRole("heading", { name: "Sign-up is closed" });
    expect(screen.getByText(/Invitations don’t work while sign-up is closed/)).toBeDefined();
    expect(screen.queryByLabelText("User name")).toBeNull();
    expect(screen.getByRole("link", { name: "Back to sign in" }).getAttribute("href")).toBe("/login");
  });

  test("asks for no code while sign-up is open, and signs in at once", async () => {
    const { server, visits } = await open("open");
    await screen.findByLabelText("User name");
    expect(screen.queryByLabelText("Invite code")).toBeNull();
    type("User name", "Grace");
    type("Password", "grace-grace-grace");
    press("Create account");
    await screen.findByText("The password does not follow all rules");
    type("Password", "a long enough passphrase");
    press("Create account");
    await waitFor(() => expect(visits).toContain("/chat"));
    const sent = server.requests.filter(({ line }) => line === "POST /api/auth/sign-up").map(({ body }) => body);
    expect(sent).toEqual([{ username: expect.stringMatching(/^grace$/i), password: "a long enough passphrase" }]);
  });

  test("by an invitation’s link asks for a name and a password alone; the code leaves the address", async () => {
    window.history.replaceState(null, "", "/sign-up#invite=a-code-shown-once");
    const { server } = await open("invite");
    await screen.findByText("Choose a user name and a password. That is all.");
    expect(window.location.hash).toBe("");
    expect(screen.getAllByLabelText(/./, { selector: "input" }).map((field) => field.id)).toHaveLength(2);
    type("User name", "grace");
    type("Password", "a long enough passphrase");
    press("Create account");
    await waitFor(() => expect(server.state.isSignedIn).toBe(true));
    expect(server.requests.find(({ line }) => line === "POST /api/auth/sign-up")?.body).toMatchObject({ inviteCode: "a-code-shown-once" });
  });

  test("without a link asks for the code", async () => {
    const { server } = await open("invite");
    await screen.findByLabelText("Invite code");
    type("User name", "grace");
    type("Password", "a long enough passphrase");
    press("Create account");
    await screen.findByText("Enter the invite code that you were given");
    type("Invite code", "a-code-shown-once");
    press("Create account");
    await waitFor(() => expect(server.state.isSignedIn).toBe(true));
  });

  test("shows the code of a link that does not work, with what is wrong", async () => {
    window.history.replaceState(null, "", "/sign-up#invite=x");
    await open("invite");
    await screen.findByLabelText("User name");
    type("User name", "grace");
    type("Password", "a long enough passphrase");
    press("Create account");
    await screen.findByLabelText("Invite code");
    expect(screen.getByText("Enter the invite code that you were given")).toBeDefined();
  });
});
