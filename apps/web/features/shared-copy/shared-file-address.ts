import type { SharedPage } from "@mosaic/contracts/shares";
import type { FileAddress } from "@/features/chat/files/file-address";
import type { CopyName } from "@/features/sharing/share-queries";

interface PageOfCopy {
  readonly name: CopyName;
  readonly place: number;
  readonly files: SharedPage["files"];
}

/** A member has a file by the page that names it, whoever has a link by the ticket that came with the page. `null`: it is only told of. */
export const sharedFileAddress = ({ name, place, files }: PageOfCopy, id: string): FileAddress | null => {
  const ticket = files?.find((file) => file.id === id)?.ticket;
  if (name.kind === "link" && ticket === undefined) return null;
  const address = name.kind === "member" ? `/api/shares/${name.id}/file?page=${place}&file=${id}&as=` : `/api/shared-files/${ticket}?as=`;
  return { download: `${address}download`, preview: `${address}preview` };
};
