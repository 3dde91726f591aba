import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { Dialog } from "@/components/ui/dialog";

type Kind = "dialog" | "question";

/** `isOnce`: what opens it goes when it does. */
function Page({ kind, isOnce }: { readonly kind: Kind; readonly isOnce: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const [isGone, setGone] = useState(false);
  const open = (): void => {
    setOpen(true);
    setGone(isOnce);
  };
  const close = (): void => setOpen(false);
  return (
    <main id="main" tabIndex={-1}>
      {isGone ? null : <button onClick={open}>Ask</button>}
      {kind === "dialog" ? (
        <Dialog isOpen={isOpen} onClose={close} title="Really?">
          <input aria-label="Why" />
        </Dialog>
      ) : (
        <ConfirmDialog isOpen={isOpen} onClose={close} title="Really?" confirmLabel="Yes" onConfirm={close}>
          <p>Really.</p>
        </ConfirmDialog>
      )}
    </main>
  );
}

const openAndLeave = async (kind: Kind, isOnce: boolean): Promise<void> => {
  render(<Page kind={kind} isOnce={isOnce} />);
  const button = screen.getByRole("button", { name: "Ask" });
  button.focus();
  fireEvent.click(button);
  const dialog = await screen.findByRole(kind === "dialog" ? "dialog" : "alertdialog");
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
  fireEvent.keyDown(dialog, { key: "Escape" });
  await waitFor(() => expect(dialog.isConnected).toBe(false));
};

function MenuPage() {
  const [isOpen, setOpen] = useState(false);
  return (
    <main id="main" tabIndex={-1}>
      <Menu>
        <MenuTrigger asChild>
          <button>More</button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => setOpen(true)}>Delete</MenuItem>
        </MenuContent>
      </Menu>
      <ConfirmDialog isOpen={isOpen} onClose={() => setOpen(false)} title="Really?" confirmLabel="Yes" onConfirm={() => setOpen(false)}>
        <p>Really.</p>
      </ConfirmDialog>
    </main>
  );
}

test("a question that a menu's item asks gives the focus back to the menu's button", async () => {
  render(<MenuPage />);
  const button = screen.getByRole("button", { name: "More" });
  button.focus();
  fireEvent.keyDown(button, { key: "Enter" });
  const item = await screen.findByRole("menuitem", { name: "Delete" });
  await waitFor(() => expect(document.activeElement).toBe(item));
  fireEvent.keyDown(item, { key: "Enter" });
  const dialog = await screen.findByRole("alertdialog");
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
  fireEvent.keyDown(dialog, { key: "Escape" });
  await waitFor(() => expect(dialog.isConnected).toBe(false));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "More" })));
});

for (const kind of ["dialog", "question"] as const) {
  test(`a ${kind} gives the focus back to the button that opened it`, async () => {
    await openAndLeave(kind, false);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Ask" })));
  });

  test(`a ${kind} whose button is gone leaves the focus at the page's main part`, async () => {
    await openAndLeave(kind, true);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("main")));
  });
}
