import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { Dialog } from "radix-ui";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toaster } from "@/components/page/toaster";
import { CopyButton } from "@/components/ui/copy-button";

/** What the old command would copy: the selection of the field that has the focus. */
let copied: string | null = null;

beforeEach(() => {
  copied = null;
  Object.defineProperty(document, "execCommand", {
    configurable: true,
    value: () => {
      const field = document.activeElement;
      if (!(field instanceof HTMLTextAreaElement)) return false;
      copied = field.value.slice(field.selectionStart, field.selectionEnd);
      return true;
    },
  });
});

afterEach(() => void Reflect.deleteProperty(document, "execCommand"));

const pressCopy = (): HTMLElement => {
  const button = screen.getByRole("button", { name: "Copy it" });
  button.focus();
  fireEvent.click(button);
  return button;
};

test("without the browser's clipboard the text is copied, and the focus stays where it was", async () => {
  render(<CopyButton text="a secret" label="Copy it" />);
  const button = pressCopy();
  await screen.findByRole("button", { name: "Copied" });
  expect(copied).toBe("a secret");
  expect(document.activeElement).toBe(button);
});

test("so it is in a modal dialog, which takes the focus back from what is outside of it", async () => {
  render(
    <Dialog.Root open>
      <Dialog.Content aria-describedby={undefined}>
        <Dialog.Title>A new key</Dialog.Title>
        <CopyButton text="a secret" label="Copy it" />
      </Dialog.Content>
    </Dialog.Root>,
  );
  const button = pressCopy();
  await screen.findByRole("button", { name: "Copied" });
  expect(copied).toBe("a secret");
  expect(document.activeElement).toBe(button);
});

test("what can't be copied is said to whoever looks, too", async () => {
  Object.defineProperty(document, "execCommand", { configurable: true, value: vi.fn<() => boolean>(() => false) });
  render(
    <>
      <CopyButton text="a secret" label="Copy it" />
      <Toaster />
    </>,
  );
  pressCopy();
  await waitFor(() => expect(document.querySelector("[data-sonner-toast]")?.textContent).toContain("Could not be copied"));
});
