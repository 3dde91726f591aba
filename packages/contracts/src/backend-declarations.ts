import { z } from "zod";
import { declaredBackend } from "./declared-backend.js";

export const declareBackend = z.strictObject({ declaration: declaredBackend }).meta({ id: "DeclareBackend" });
export type DeclareBackend = z.infer<typeof declareBackend>;

/** `version`: the one that the change was made from. Another one meanwhile is a conflict. */
export const changeDeclaration = z
  .strictObject({ declaration: declaredBackend, version: z.int().min(1) })
  .meta({ id: "ChangeDeclaration" });
export type ChangeDeclaration = z.infer<typeof changeDeclaration>;

/** A declared kind as it is now, and what it was, newest first. */
export const backendDeclaration = z
  .object({
    declaration: declaredBackend,
    version: z.int(),
    history: z.array(
      z.object({ version: z.int(), createdAt: z.iso.datetime(), createdBy: z.string().nullable(), declaration: declaredBackend }),
    ),
  })
  .meta({ id: "BackendDeclaration" });
export type BackendDeclaration = z.infer<typeof backendDeclaration>;

/** `content`: a file of Mosaic's own, or agent-stack's `backends.json`. `isTrial`: says what would come of it, and changes nothing. */
export const importBackends = z
  .strictObject({ content: z.string().max(256 * 1024), isTrial: z.boolean().default(false) })
  .meta({ id: "ImportBackends" });
export type ImportBackends = z.infer<typeof importBackends>;

export const importedBackends = z
  .object({
    /** Ids. */
    added: z.array(z.string()),
    changed: z.array(z.string()),
    unchanged: z.array(z.string()),
    /** What could not be carried over, in words. */
    notes: z.array(z.string()),
  })
  .meta({ id: "ImportedBackends" });
export type ImportedBackends = z.infer<typeof importedBackends>;
