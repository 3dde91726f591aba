import { maxFileBytes, maxFilesPerMessage } from "@mosaic/contracts/files";
import { formatNumber } from "@/lib/count";
import { m } from "@messages/chat";

const kibibyte = 1024;

/** `1.4 MB`, `12 kB`, `7 bytes`. */
export const sizeWords = (bytes: number): string => {
  if (bytes < kibibyte) return m.bytes(bytes);
  if (bytes < 1023.5 * kibibyte) return `${Math.round(bytes / kibibyte)} kB`;
  return `${formatNumber(Math.round((bytes * 10) / kibibyte / kibibyte) / 10)} MB`;
};

/** Said beforehand. */
export const fileLimitWords = m.upToFilesMbEach(maxFilesPerMessage, Math.round(maxFileBytes / 1024 / 1024));
export const tooLarge = m.tooLargeAFileMay(Math.round(maxFileBytes / 1024 / 1024));
export const tooMany = m.aMessageTakesFilesThe(maxFilesPerMessage);
export const isEmpty = m.theFileIsEmpty;
