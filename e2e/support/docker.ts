import Docker from "dockerode";

export const engine = new Docker();

/** The containers of one installation, also stopped ones. */
export async function agentContainers(instanceId: string): Promise<Docker.ContainerInfo[]> {
  return engine.listContainers({ all: true, filters: { label: [`mosaic.instance=${instanceId}`] } });
}

export async function removeAgentContainers(instanceId: string): Promise<void> {
  for (const container of await agentContainers(instanceId)) {
    await engine.getContainer(container.Id).remove({ force: true, v: false });
  }
  const { Volumes } = await engine.listVolumes({ filters: { label: [`mosaic.instance=${instanceId}`] } });
  for (const volume of Volumes ?? []) {
    await engine.getVolume(volume.Name).remove({ force: true });
  }
}
