import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { LoginPage } from "@/features/auth/login-page";
import { press, type } from "@/test/actions";
import { openPage } from "@/test/page";

const open = () => openPage(<LoginPage />, { step: "summary", isComplete: true }, "/login");

const field = async (name: string): Promise<HTMLElement> => screen.findByLabelText(name, { selector: "input" });

beforeEach(() => window.history.replaceState(null, "", "/login"));

describe("signing in", () => {
  test("names what is missing, goes to the first of it, and takes it back while it is filled in", async () => {
    const { server } = await open();
    const username = await field("User name");
    press("Sign in");
    await screen.findByText("Enter your user name");
    expect(screen.getByText("Enter your password")).toBeDefined();
    expect(username.getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(username);
    type("User name", "ada");
    expect(screen.queryByText("Enter your user name")).toBeNull();
    press("Sign in");
    expect(screen.getByText("Enter your password")).toBeDefined();
    expect(document.activeElement).toBe(await field("Password"));
    expect(server.requests.filter(({ line }) => line === "POST /api/auth/login")).toEqual([]);
  });

  test("with a wrong password lets it be entered again, and with the right one leads to the chat", async () => {
    const { server, visits } = await open();
    await field("User name");
    type("User name", " Ada ");
    type("Password", "a wrong one");
    press("Sign in");
    await screen.findByRole("alert");
    await waitFor(async () => expect(document.activeElement).toBe(await field("Password")));
    type("Password", "correct horse battery");
    press("Sign in");
    await waitFor(() => expect(visits).toContain("/chat"));
    expect(server.requests.findLast(({ line }) => line === "POST /api/auth/login")?.body).toEqual({
      username: "ada",
      password: "correct horse battery",
    });
  });

  test("the appearance is chosen without a menu", async () => {
    await open();
    const choice = await screen.findByRole("combobox", { name: "Appearance" });
    expect(choice.tagName).toBe("SELECT");
  });
});
