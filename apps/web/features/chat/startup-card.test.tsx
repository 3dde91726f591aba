import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { StartupCard } from "@/features/chat/startup-card";
import { newTurn } from "@/features/chat/turn";

test("a start says in words how far it is, by the number of its bar, and to a screen reader too", () => {
  const stage = { stage: "pulling", percent: 70, detail: null } as const;
  render(<StartupCard turn={{ ...newTurn("Hello", Date.now()), stage, stagesSeen: ["pulling"] }} agentName="Ada" />);
  screen.getByRole("group", { name: "Starting Ada. Waking, 42 %" });
  screen.getByText(/^Waking, 42 % ·/);
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("42");
});
