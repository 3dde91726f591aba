/** A subject may not be tried before `untilMs`. */
export interface Block {
  readonly subject: string;
  readonly untilMs: number;
  /** What is said meanwhile. */
  readonly words: string;
}

interface Remembered {
  readonly block: Block;
  readonly askAgainAtMs: number;
}

/** Another process may have lifted a block: the database is asked again after so long. */
const trustedMs = 5_000;
const maxRemembered = 10_000;

/** Blocks that this process has met, so that whoever goes on trying costs no query. Bounded: the oldest are forgotten first. */
export class BlockMemory {
  private readonly blocks = new Map<string, Remembered>();

  /** Null when nothing is known: the database knows. */
  find(key: string, nowMs: number): Block | null {
    const found = this.blocks.get(key);
    if (found === undefined) {
      return null;
    }
    if (nowMs >= found.block.untilMs || nowMs >= found.askAgainAtMs) {
      this.blocks.delete(key);
      return null;
    }
    return found.block;
  }

  remember(key: string, block: Block, nowMs: number): void {
    this.blocks.delete(key);
    this.blocks.set(key, { block, askAgainAtMs: nowMs + trustedMs });
    const [oldest] = this.blocks.keys();
    if (this.blocks.size > maxRemembered && oldest !== undefined) {
      this.blocks.delete(oldest);
    }
  }

  forget(key: string): void {
    this.blocks.delete(key);
  }
}
