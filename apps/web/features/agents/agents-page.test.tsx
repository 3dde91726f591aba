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

test("an agent that was stopped for what it keeps says so, not that its start failed", async () => {
  const error = { code: "agent_disk_limit", detail: "It keeps 6.0 GB on the disk, and 5.0 GB are allowed." };
  await openPage(<AgentsPage />, { ...readyState(), agents: [sampleAgent({ status: "error", error })] }, "/settings/agents");
  expect(await screen.findByText("It keeps too much on the disk")).toBeDefined();
  expect(screen.getByText(error.detail)).toBeDefined();
  expect(screen.queryByText("The last start failed")).toBeNull();
});
