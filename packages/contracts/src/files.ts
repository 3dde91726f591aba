import { z } from "zod";

export const maxFileBytes = 25 * 1024 * 1024;
export const maxFilesPerMessage = 10;
/** The name of a file, percent-encoded, goes in this header of its upload: addresses are written into the logs of proxies. */
export const fileNameHeader = "x-file-name";

const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;
/** What the content of a file can be told to be. Anything else is bytes. */
export const fileType = z.enum([...imageTypes, "application/pdf", "text/plain", "application/octet-stream"]);
export type FileType = z.infer<typeof fileType>;

/** Mosaic shows it where nothing in it can run. Whatever else is downloaded only. */
export function isImageType(mediaType: string): boolean {
  return imageTypes.some((each) => each === mediaType);
}

export const chatFile = z
  .object({ id: z.uuid(), name: z.string(), mediaType: fileType, sizeBytes: z.int().min(1) })
  .meta({ id: "ChatFile" });
export type ChatFile = z.infer<typeof chatFile>;

/** What one person keeps in files of conversations, and may keep. */
export const fileRoom = z.object({ usedBytes: z.int().min(0), quotaBytes: z.int().min(0) }).meta({ id: "FileRoom" });
export type FileRoom = z.infer<typeof fileRoom>;

const mebibyte = 1024 * 1024;
export const defaultFileQuotaBytes = 1024 * mebibyte;

/** `quotaBytes`: for each person, in whole MB. 0: nobody may upload. */
export const fileSettings = z
  .strictObject({
    quotaBytes: z
      .int()
      .min(0)
      .max(1024 * 1024 * mebibyte)
      .multipleOf(mebibyte),
  })
  .meta({ id: "FileSettings" });
export type FileSettings = z.infer<typeof fileSettings>;
