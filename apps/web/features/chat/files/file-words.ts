import { maxFileBytes, maxFilesPerMessage } from "@mosaic/contracts/files";

const kibibyte = 1024;

/** `1.4 MB`, `12 kB`, `7 bytes`. */
export const sizeWords = (bytes: number): string => {
  if (bytes < kibibyte) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  if (bytes < 1023.5 * kibibyte) return `${Math.round(bytes / kibibyte)} kB`;
  return `${(bytes / kibibyte / kibibyte).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
};

/** Said beforehand. */
export const fileLimitWords = `up to ${maxFilesPerMessage} files, ${Math.round(maxFileBytes / 1024 / 1024)} MB each`;
export const tooLarge = `Too large: a file may have ${Math.round(maxFileBytes / 1024 / 1024)} MB.`;
export const tooMany = `A message takes ${maxFilesPerMessage} files. The others were left out.`;
export const isEmpty = "The file is empty.";
