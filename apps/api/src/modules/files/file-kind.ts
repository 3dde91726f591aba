import type { FileType } from "@mosaic/contracts/files";

const headBytes = 16;

/** How files of the kinds that Mosaic shows begin. */
const beginnings: readonly (readonly [FileType, (head: Buffer) => boolean])[] = [
  ["image/png", (head) => head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))],
  ["image/jpeg", (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ["image/gif", (head) => /^GIF8[79]a/.test(head.toString("latin1"))],
  ["image/webp", (head) => /^RIFF[^]{4}WEBP/.test(head.toString("latin1"))],
  ["application/pdf", (head) => head.toString("latin1").startsWith("%PDF-")],
];

/** Of a file that is text: none but those for lines, pages and colours of a terminal. */
// oxlint-disable-next-line no-control-regex
const notInText = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

/** Tells what a file is by its content, as it comes: names and senders are not asked. */
export class KindReader {
  private head = Buffer.alloc(0);
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private isText = true;

  read(bytes: Buffer): void {
    if (this.head.length < headBytes) {
      this.head = Buffer.concat([this.head, bytes.subarray(0, headBytes - this.head.length)]);
    }
    this.look(bytes);
  }

  /** Once all was read. */
  kind(): FileType {
    this.look(null);
    const known = beginnings.find(([, isOne]) => isOne(this.head));
    return known?.[0] ?? (this.isText ? "text/plain" : "application/octet-stream");
  }

  private look(bytes: Buffer | null): void {
    if (!this.isText) {
      return;
    }
    try {
      const text = bytes === null ? this.decoder.decode() : this.decoder.decode(bytes, { stream: true });
      this.isText = !notInText.test(text);
    } catch {
      this.isText = false;
    }
  }
}
