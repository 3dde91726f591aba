import { backendOf } from "@mosaic/agent-backends/registry";
import { formatMemory } from "@mosaic/contracts/memory-size";

export interface MemoryFinding {
  /** Below the minimum, not just uncomfortable. */
  readonly isTooLittle: boolean;
  readonly words: string;
}

/** What a limit of memory means for the agents of a backend; `null`: it is enough. */
export function memoryFinding(backendId: string, limitBytes: number): MemoryFinding | null {
  const { id, memory } = backendOf(backendId);
  if (limitBytes >= memory.comfortableBytes) {
    return null;
  }
  const [has, least, comfortable] = [limitBytes, memory.minimumBytes, memory.comfortableBytes].map(formatMemory);
  return limitBytes < memory.minimumBytes
    ? {
        isTooLittle: true,
        words: `An agent of ${id} needs at least ${least} of memory, and ${comfortable} to be comfortable. With ${has} it is killed while it answers.`,
      }
    : {
        isTooLittle: false,
        words: `Each agent of ${id} may use ${has} of memory. In a long conversation it may be killed for that: ${comfortable} is comfortable.`,
      };
}
