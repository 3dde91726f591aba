import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { AgentsPage } from "@/features/agents/agents-page";
import { readyState, sampleAgent } from "@/test/contract-state";
import { openPage } from "@/test/page";

const gibibyte = 1024 ** 3;

test("an agent's owner sees what it keeps on the disk, and in words that it is nearly full", async () => {
  const keeping = (name: string, bytes: number) => sampleAgent({ name, disk: { bytes, limitBytes: 5 * gibibyte } });
  await openPage(
    <AgentsPage />,
    { ...readyState(), agents: [keeping("Ada", gibibyte), keeping("Bo", 4.5 * gibibyte)] },
    "/settings/agents",
  );
  expect(await screen.findByText(/ · 1\.0 GB of 5\.0 GB on disk$/)).toBeDefined();
  expect(screen.getByText(/ · 4\.5 GB of 5\.0 GB on disk, nearly full$/)).toBeDefined();
});

test.each([
  ["was stopped for what it keeps", "agent_disk_limit", "It keeps too much on the disk"],
  ["is of a kind that only another version knows", "backend_unknown", "This version of Mosaic can’t run it"],
])("an agent that %s says so, not that its start failed", async (_what, code, title) => {
  const error = { code, detail: "In words." };
  const agent = sampleAgent({ status: "error", error, ...(code === "backend_unknown" ? { backend: "parrot" } : {}) });
  await openPage(<AgentsPage />, { ...readyState(), agents: [agent] }, "/settings/agents");
  expect(await screen.findByText(title)).toBeDefined();
  expect(screen.getByText(error.detail)).toBeDefined();
  expect(screen.queryByText("The last start failed")).toBeNull();
});
