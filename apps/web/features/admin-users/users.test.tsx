import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { AdminOnly } from "@/features/admin-shell/admin-frame";
import { InvitesPage } from "@/features/admin-invites/invites-page";
import { UsersPage } from "@/features/admin-users/users-page";
import { adminState, sampleUser } from "@/test/admin-contract";
import { readyState } from "@/test/contract-state";
import { openPage } from "@/test/page";

const press = (name: string): boolean => fireEvent.click(screen.getByRole("button", { name }));
const openMenu = async (name: string): Promise<void> => {
  fireEvent.keyDown(await screen.findByRole("button", { name }), { key: "Enter" });
};

describe("the admin pages", () => {
  test("show a member that they are for admins, and ask for no data", async () => {
    const page = (
      <AdminOnly>
        <UsersPage />
      </AdminOnly>
    );
    const { server } = await openPage(page, { ...readyState(), role: "member" }, "/admin/users");
    await screen.findByText("This page is for admins");
    expect(server.requests.some(({ line }) => line.includes("/api/admin"))).toBe(false);
    expect(screen.queryByRole("navigation", { name: "Admin" })).toBeNull();
  });
});

describe("users", () => {
  test("are searched for through the address, once typing pauses", async () => {
    const { visits } = await openPage(<UsersPage />, readyState(), "/admin/users?page=3&role=member");
    fireEvent.change(await screen.findByRole("searchbox", { name: "Search users" }), { target: { value: "gra" } });
    fireEvent.change(screen.getByRole("searchbox", { name: "Search users" }), { target: { value: "grace" } });
    await waitFor(() => expect(visits).toEqual(["/admin/users?role=member&search=grace"]));
  });

  test("the breakglass account says why it can’t be changed, and has no menu", async () => {
    await openPage(<UsersPage />, readyState(), "/admin/users");
    await screen.findByRole("button", { name: "Always an admin" });
    expect(screen.queryByRole("button", { name: "Actions for admin" })).toBeNull();
  });

  test("are deleted only after what is lost was shown and the name was typed", async () => {
    const admin = adminState();
    admin.users.push(sampleUser());
    const { server } = await openPage(<UsersPage />, { ...readyState(), admin }, "/admin/users");
    await openMenu("Actions for Grace Hopper");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Delete" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Delete Grace Hopper?" }));
    await dialog.findByText("14 conversations");
    expect(dialog.getByText(/1 shared provider/)).toBeDefined();
    const confirm = dialog.getByRole<HTMLButtonElement>("button", { name: "Delete user" });
    expect(confirm.disabled).toBe(true);
    fireEvent.change(dialog.getByRole("textbox"), { target: { value: "grace" } });
    fireEvent.click(confirm);
    await waitFor(() => expect(server.state.admin.users).toHaveLength(1));
  });

  test("giving up one’s own admin role says that it is one’s own", async () => {
    const admin = adminState();
    admin.users = [sampleUser({ id: "0199c0de-0000-7000-8000-000000000001", displayName: "Ada", role: "admin" })];
    const { server } = await openPage(<UsersPage />, { ...readyState(), admin }, "/admin/users");
    await screen.findByText("You");
    await openMenu("Actions for Ada");
    expect(screen.queryByRole("menuitem", { name: "Delete" })).toBeNull();
    fireEvent.click(await screen.findByRole("menuitem", { name: "Make member" }));
    await screen.findByText("This is your own account.");
    press("Give up admin role");
    await waitFor(() => expect(server.state.admin.users[0]?.role).toBe("member"));
  });
});

describe("invites", () => {
  test("the link is shown once, with the code where no server sees it", async () => {
    const { server } = await openPage(<InvitesPage />, readyState(), "/admin/invites");
    fireEvent.click(await screen.findByRole("button", { name: "New invite" }));
    fireEvent.change(await screen.findByLabelText(/^Note/), { target: { value: "For Grace" } });
    fireEvent.change(screen.getByLabelText("How many people may use it"), { target: { value: "0" } });
    press("Create invite");
    await screen.findByText("A whole number from 1 to 1000");
    fireEvent.change(screen.getByLabelText("How many people may use it"), { target: { value: "3" } });
    press("Create invite");
    await screen.findByText(`${window.location.origin}/sign-up#invite=a-code-shown-once`);
    expect(server.state.admin.invites[0]).toMatchObject({ note: "For Grace", maxUses: 3, role: "member" });
    press("Close");
    await waitFor(() => expect(screen.queryByText(/a-code-shown-once/)).toBeNull());
  });

  test("opening sign-up to everybody asks first", async () => {
    const { server } = await openPage(<InvitesPage />, readyState(), "/admin/invites");
    fireEvent.click(await screen.findByRole("radio", { name: "Open" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Open sign-up to everybody?" }));
    expect(server.state.admin.signUpMode).toBe("invite");
    fireEvent.click(dialog.getByRole("button", { name: "Open sign-up" }));
    await waitFor(() => expect(server.state.admin.signUpMode).toBe("open"));
    fireEvent.click(screen.getByRole("radio", { name: "Closed" }));
    await waitFor(() => expect(server.state.admin.signUpMode).toBe("closed"));
  });
});
