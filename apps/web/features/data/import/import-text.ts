/** What of a file is read: the file itself, or what is packed in it. */
export interface ImportText {
  readonly size: number;
  /** From the beginning. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

/** The file is none that can be imported. */
export class WrongFile extends Error {
  constructor(readonly why: "zip" | "locked" | "broken" | "other" | "version") {
    super("this file can't be imported");
  }
}
