import { z } from "zod";
import { says } from "./field-faults.js";

/** Of one person. */
export const maxFolders = 100;

/** Its agents read it at the beginning of each conversation, so it is no place for a book. */
export const folderInstructionsMaxCharacters = 8_000;

const folderName = z.string().trim().min(1).max(80);
const folderInstructions = z.string().trim().max(folderInstructionsMaxCharacters);

export const folder = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** What the agents of its conversations are told. Empty: nothing. */
    instructions: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Folder" });
export type Folder = z.infer<typeof folder>;

/** The oldest first. */
export const folderList = z.object({ folders: z.array(folder) }).meta({ id: "FolderList" });
export type FolderList = z.infer<typeof folderList>;

export const createFolder = z.strictObject({ name: folderName, instructions: folderInstructions.default("") }).meta({ id: "CreateFolder" });
export type CreateFolder = z.infer<typeof createFolder>;

/** What is left out stays. */
export const updateFolder = z
  .strictObject({ name: folderName.optional(), instructions: folderInstructions.optional() })
  .refine((change) => Object.values(change).some((value) => value !== undefined), says.what_to_change)
  .meta({ id: "UpdateFolder" });
export type UpdateFolder = z.infer<typeof updateFolder>;
