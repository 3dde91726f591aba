import type { FileType } from "@mosaic/contracts/files";

/** A file as it is stored; what its pieces hold is read apart. */
export interface StoredFile {
  readonly id: string;
  /** `null`: nobody has sent it yet. */
  readonly messageId: string | null;
  readonly nameEncrypted: string;
  readonly keyEncrypted: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** A file that may be read. */
export interface OpenFile {
  readonly id: string;
  readonly name: string;
  readonly mediaType: FileType;
  readonly sizeBytes: number;
  /** In pieces, each read when it is asked for. Throws in the middle when the file is removed meanwhile, or was altered. */
  content(): AsyncGenerator<Buffer>;
}

/** What is stored of a file that comes. */
export interface NewFile {
  readonly userId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Buffer>;
  /** Of what an agent made for an answer. `null`: somebody uploads it, and sends it with a message later. */
  readonly made: { readonly messageId: string; readonly sourceMark: string } | null;
}
