import type { ContainerInspectInfo, NetworkInspectInfo } from "dockerode";
import { RuntimeError } from "../agent-runtime.js";
import type { Engine } from "./engine.js";
import { EngineRefusal, isStatus } from "./engine-errors.js";

const iccOption = "com.docker.network.bridge.enable_icc";
const bridgeOption = "com.docker.network.bridge.name";
export const networkLabel = "mosaic.network";

export interface NetworkNames {
  readonly networkName: string;
  readonly bridgeName: string;
}

/** Idempotent. Makes the one bridge on which agents can't reach each other, and tells its gateway: this machine, as a container sees it. */
export async function ensureAgentsNetwork(engine: Engine, names: NetworkNames): Promise<{ id: string; gateway: string }> {
  const present = await findNetworks(engine, names.networkName);
  const networks = present.length > 0 ? present : await createNetwork(engine, names);
  const network = chooseNetwork(networks);
  if (!network) throw new RuntimeError("refused", `The Docker network "${names.networkName}" went away while it was made. Try again.`);
  requireIsolating(network);
  await removeDuplicates(engine, networks, network);
  return { id: network.Id, gateway: gatewayOf(network) };
}

/**
 * A stopped container remembers its network by id. `docker network prune` takes away a network that only stopped containers are on, and a
 * new one of the same name is another one to the engine: it would refuse to start the container.
 */
export async function reattach(engine: Engine, container: ContainerInspectInfo, network: { name: string; id: string }): Promise<void> {
  const remembered = container.NetworkSettings.Networks[network.name]?.NetworkID;
  if (!remembered || remembered === network.id) return;
  await engine.call((docker) => docker.getNetwork(network.id).disconnect({ Container: container.Id, Force: true }));
  await engine.call((docker) => docker.getNetwork(network.id).connect({ Container: container.Id }));
}

async function createNetwork(engine: Engine, { networkName, bridgeName }: NetworkNames): Promise<NetworkInspectInfo[]> {
  try {
    await engine.call((docker, abortSignal) =>
      docker.createNetwork({
        Name: networkName,
        Driver: "bridge",
        // Engines before 25 allow two networks of one name unless asked; later ones ignore it.
        CheckDuplicate: true,
        Options: { [iccOption]: "false", [bridgeOption]: bridgeName },
        Labels: { [networkLabel]: "agents" },
        abortSignal,
      }),
    );
  } catch (error) {
    // Another process may have been faster, and then the engine says 409, or 403 for the bridge's name.
    const networks = error instanceof EngineRefusal ? await findNetworks(engine, networkName) : [];
    if (networks.length === 0) throw creationError(error, networkName);
    return networks;
  }
  return findNetworks(engine, networkName);
}

function creationError(error: unknown, networkName: string): unknown {
  if (!(error instanceof EngineRefusal)) return error;
  if (/address pool|overlap/i.test(error.reason)) {
    const detail =
      `Docker has no address range left for the network "${networkName}". Remove networks that nothing uses (docker network prune), ` +
      `or add ranges to "default-address-pools" in Docker's daemon.json.`;
    return new RuntimeError("refused", detail, { cause: error });
  }
  return new RuntimeError("refused", `Docker could not make the network "${networkName}": ${error.reason}`, { cause: error });
}

async function findNetworks(engine: Engine, networkName: string): Promise<NetworkInspectInfo[]> {
  const networks = await engine.call((docker, abortSignal) => docker.listNetworks({ filters: { name: [networkName] }, abortSignal }));
  // The engine's filter also finds names that merely contain this one.
  return networks.filter((network) => network.Name === networkName);
}

/** The oldest: all who raced choose the same. */
export function chooseNetwork(networks: readonly NetworkInspectInfo[]): NetworkInspectInfo | undefined {
  return networks.toSorted((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id))[0];
}

function requireIsolating(network: NetworkInspectInfo): void {
  if (network.Driver === "bridge" && network.Options?.[iccOption] === "false") return;
  const detail =
    `There is a Docker network "${network.Name}" on which agents would not be walled off from each other, and it is not Mosaic's. ` +
    `Remove it (docker network rm ${network.Name}); Mosaic then makes its own.`;
  throw new RuntimeError("name_taken", detail);
}

async function removeDuplicates(engine: Engine, networks: readonly NetworkInspectInfo[], chosen: NetworkInspectInfo): Promise<void> {
  for (const network of networks) {
    if (network.Id === chosen.Id || network.Labels?.[networkLabel] === undefined) continue;
    await engine
      .call((docker, abortSignal) => docker.getNetwork(network.Id).remove({ abortSignal }))
      .catch((error: unknown) => {
        // In use (403) or gone already (404): both are fine, a container is attached by name to whichever it found.
        if (!isStatus(error, 403, 404, 409)) throw error;
      });
  }
}

function gatewayOf(network: NetworkInspectInfo): string {
  const gateway = network.IPAM?.Config?.map((config) => config["Gateway"]).find((address) => address?.includes("."));
  if (gateway) return gateway;
  throw new RuntimeError(
    "refused",
    `The Docker network "${network.Name}" has no IPv4 gateway address. Remove it; Mosaic then makes its own.`,
  );
}
