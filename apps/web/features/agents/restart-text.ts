/** Why an agent that waits for its restart is still running. A system agent may be answering another admin. */
export const restartText = (name: string, isSystem: boolean): string =>
  `${name} restarts when ${isSystem ? "the answer in flight" : "your answer"} is finished`;
