import { sharedMessage, type SharedMessage } from "@mosaic/contracts/shares";
import { z } from "zod";
import { seal, sealKey, unseal, type SealContext } from "../../crypto/sealed-box.js";

const copyPage = z.object({
  title: z.string(),
  agentName: z.string(),
  agentEmoji: z.string(),
  messages: z.array(sharedMessage),
  isLast: z.boolean(),
});
export type CopyPage = z.infer<typeof copyPage>;

const pageBounds = { messages: 50, characters: 256 * 1024 };

/** Some messages at a time, as many as one answer carries. */
export function pagesOf(head: Pick<CopyPage, "title" | "agentName" | "agentEmoji">, messages: readonly SharedMessage[]): CopyPage[] {
  const pages: SharedMessage[][] = [];
  let characters = Infinity;
  for (const message of messages) {
    const size = JSON.stringify(message).length;
    const last = pages.at(-1);
    if (last === undefined || last.length >= pageBounds.messages || characters + size > pageBounds.characters) {
      pages.push([message]);
      characters = size;
    } else {
      last.push(message);
      characters += size;
    }
  }
  return pages.map((some, place) => ({ ...head, messages: some, isLast: place === pages.length - 1 }));
}

/** What says of a value that the operator's key opens it: here that would not be so, and no rotation seals it anew. */
const mark = "enc:";

/** `secret`: random, and of this copy alone. */
export function sealPages(secret: string, shareId: string, pages: readonly CopyPage[]): string[] {
  const key = sealKey(secret);
  return pages.map((page, place) => seal(key, JSON.stringify(page), pageContext(shareId, place)).slice(mark.length));
}

/** Throws `SealError` for another secret. */
export function openPage(secret: string, shareId: string, place: number, sealed: string): CopyPage {
  return copyPage.parse(JSON.parse(unseal(sealKey(secret), `${mark}${sealed}`, pageContext(shareId, place))));
}

function pageContext(shareId: string, place: number): SealContext {
  return { owner: shareId, field: `shared_pages.content_encrypted:${String(place)}` };
}
