import type { ImageCheck } from "@mosaic/contracts/admin-containers";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { BackendsPage } from "@/features/admin-backends/backends-page";
import { press, type } from "@/test/actions";
import { adminState } from "@/test/admin-contract";
import { readyState, sampleBackend } from "@/test/contract-state";
import { openPage } from "@/test/page";

const saveButton = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save OpenClaw" });

test("a limit is changed in the units of people, and a wrong one is named beside its field, which takes the focus", async () => {
  const { server } = await openPage(<BackendsPage />, readyState(), "/admin/backends");
  await screen.findByText("3 agents");
  expect(saveButton().disabled).toBe(true);
  type("CPUs per agent", "1,5");
  type("Memory per agent (MB)", "64");
  fireEvent.click(saveButton());
  await screen.findByText("From 256 MB to 1,048,576 MB (1 TB)");
  expect(document.activeElement).toBe(screen.getByLabelText("Memory per agent (MB)"));
  type("Memory per agent (MB)", "512");
  fireEvent.click(saveButton());
  await screen.findByText("OpenClaw needs at least 1024 MB. With less it is killed while it answers");
  type("Memory per agent (MB)", "1024");
  expect(screen.getByText("That is little memory").closest("[role=status]")?.textContent).toContain("1536 MB is comfortable");
  type("Memory per agent (MB)", "4096");
  expect(screen.queryByText("That is little memory")).toBeNull();
  type("New agents stop when idle for (minutes)", "0");
  fireEvent.click(screen.getByRole("switch", { name: "Shell" }));
  fireEvent.click(saveButton());
  await waitFor(() =>
    expect(server.state.admin.backends[0]).toMatchObject({
      memoryLimitBytes: 4 * 1024 ** 3,
      nanoCpus: 1_500_000_000,
      defaultIdleTimeoutSeconds: 0,
      defaultTools: { shell: true },
    }),
  );
  await waitFor(() => expect(saveButton().disabled).toBe(true));
});

test("the room for files is set in megabytes, and what is none is named", async () => {
  const { server } = await openPage(<BackendsPage />, readyState(), "/admin/backends");
  await screen.findByLabelText("Room for each person (MB)");
  const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save room" });
  expect(save().disabled).toBe(true);
  type("Room for each person (MB)", "1,5");
  expect(screen.getByText("Enter a whole number of megabytes, up to 1,048,576.")).toBeDefined();
  type("Room for each person (MB)", "200");
  press("Save room");
  await waitFor(() => expect(server.state.admin?.fileSettings).toEqual({ quotaBytes: 200 * 1024 * 1024 }));
});

describe("whether people may choose a kind", () => {
  const offered = (): HTMLElement => screen.getByRole("switch", { name: "People may choose it OpenClaw" });

  test("is switched at once, and leaves alone what is being typed", async () => {
    const { server } = await openPage(<BackendsPage />, readyState(), "/admin/backends");
    await screen.findByText("3 agents");
    expect(screen.getByText(/Agents that are of it go on when you switch this off/)).toBeDefined();
    type("CPUs per agent", "3");
    fireEvent.click(offered());
    await waitFor(() => expect(offered().getAttribute("aria-checked")).toBe("false"));
    expect(server.state.admin.backends[0]).toMatchObject({ isOffered: false, nanoCpus: 1_500_000_000 });
    expect(screen.getByLabelText<HTMLInputElement>("CPUs per agent").value).toBe("3");
    await screen.findByText("People can’t choose OpenClaw any more. Agents that are of it go on.");
  });

  test("stands beside why it can't run here", async () => {
    const admin = adminState();
    const [openclaw] = admin.backends;
    if (openclaw !== undefined) openclaw.unavailable = "OpenClaw comes as an image, and agents run as processes here. It needs Docker.";
    await openPage(<BackendsPage />, { ...readyState(), admin }, "/admin/backends");
    await screen.findByText("It can’t run here");
    expect(screen.getByText(/It needs Docker/)).toBeDefined();
  });
});

test("the tools of new agents are those of the kind, and none where there are no new agents", async () => {
  const { server, client } = await openPage(
    <BackendsPage />,
    { ...readyState(), backends: [sampleBackend({ tools: ["web"] })] },
    "/admin/backends",
  );
  expect(await screen.findByRole("switch", { name: "Web" })).toBeDefined();
  expect(screen.queryByRole("switch", { name: "Shell" })).toBeNull();
  server.state.backends = [];
  await client.invalidateQueries();
  await waitFor(() => expect(screen.queryByRole("switch", { name: "Web" })).toBeNull());
});

describe("the check of an image", () => {
  const outcomes: [ImageCheck["outcome"], string][] = [
    ["present", "The image is on this machine"],
    ["missing", "The image is not on this machine"],
    ["engine_unreachable", "The container engine does not answer"],
  ];

  test.each(outcomes)("says in words: %s", async (outcome, title) => {
    const admin = adminState({ imageCheck: { outcome, message: "What was found." } });
    await openPage(<BackendsPage />, { ...readyState(), admin }, "/admin/backends");
    fireEvent.click(await screen.findByRole("button", { name: "Check the image" }));
    await screen.findByText(title);
    expect(screen.getByText("What was found.")).toBeDefined();
  });

  test("is about the stored image: one that was typed is saved first", async () => {
    await openPage(<BackendsPage />, readyState(), "/admin/backends");
    await screen.findByLabelText("Image");
    press("Check the image");
    await screen.findByText("The image is not on this machine");
    type("Image", "mosaic/openclaw:other");
    expect(screen.getByText("Save first: the check looks at the stored image.")).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Check the image" }).disabled).toBe(true);
    expect(screen.queryByText("The image is not on this machine")).toBeNull();
  });
});
