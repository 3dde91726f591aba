import { createContext, useContext } from "react";

/** Where a file is had, and looked at. */
export interface FileAddress {
  readonly download: string;
  readonly preview: string;
}

const own = (id: string): FileAddress => ({ download: `/api/files/${id}`, preview: `/api/files/${id}/preview` });

/** Of one's own files, unless a page shows others': `null` for one that is not to be had there. */
const FileAddresses = createContext<(id: string) => FileAddress | null>(own);

export const FileAddressProvider = FileAddresses.Provider;

/** `null`: the file is only told of. */
export const useFileAddress = (id: string | undefined): FileAddress | null => {
  const addressOf = useContext(FileAddresses);
  return id === undefined ? null : addressOf(id);
};
