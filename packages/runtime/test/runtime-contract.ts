import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { type BackendName, type ContractHarness, ContractWorld } from "./contract/contract-world.js";
import { describeFiles } from "./contract/files.js";
import { describeSeeing } from "./contract/seeing.js";
import { describeStarting } from "./contract/starting.js";
import { describeStopping } from "./contract/stopping.js";
import { describeWorkloads } from "./contract/workloads.js";

/** What every driver promises. One suite, so that no driver promises something else. */
export function describeRuntimeContract(
  title: string,
  openHarness: () => Promise<ContractHarness>,
  backends: readonly BackendName[] = ["plain", "odd"],
): void {
  describe(`${title}: the contract`, () => {
    const world = new ContractWorld();
    beforeAll(async () => world.open(openHarness));
    afterEach(async () => world.removeAll());
    afterAll(async () => world.close());
    describeStarting(world);
    describeStopping(world);
    describeSeeing(world);
    describeFiles(world);
    describeWorkloads(world, backends);
  });
}
