import { m } from "@messages/agents";

/** Why an agent that waits for its restart is still running. A system agent may be answering another admin. */
export const restartText = (name: string, isSystem: boolean): string =>
  isSystem ? m.systemRestarts(name) : m.restartsWhenIsFinished(name);
