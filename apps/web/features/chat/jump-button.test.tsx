import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { JumpButton } from "@/features/chat/jump-button";

test("the way back to the end says when something has come there, once, until it is read", () => {
  const ignore = (): undefined => undefined;
  const button = (isAtEnd: boolean, end: string) => <JumpButton isAtEnd={isAtEnd} end={end} onJump={ignore} />;
  const { rerender } = render(button(true, "a 1"));
  expect(screen.queryByRole("button")).toBeNull();
  rerender(button(true, "a 2"));
  rerender(button(false, "a 2"));
  expect(screen.getByRole("button", { name: "Jump to the newest message" })).toBeDefined();
  expect(screen.getByRole("status").textContent).toBe("");
  rerender(button(false, "a 3"));
  rerender(button(false, "a 4"));
  expect(screen.getByRole("button", { name: "New text below" })).toBeDefined();
  expect(screen.getByRole("status").textContent).toBe("New text below");
  rerender(button(true, "a 4"));
  expect(screen.queryByRole("button")).toBeNull();
  rerender(button(false, "a 4"));
  expect(screen.getByRole("button", { name: "Jump to the newest message" })).toBeDefined();
});
