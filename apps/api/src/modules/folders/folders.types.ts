export interface StoredFolder {
  readonly id: string;
  readonly nameEncrypted: string;
  readonly instructionsEncrypted: string;
  readonly createdAt: Date;
}

export interface FolderChange {
  readonly nameEncrypted?: string;
  /** `id`: another one for each change. `null`: there are none any more. */
  readonly instructions?: { readonly encrypted: string; readonly id: string | null };
}

/** Where texts belong: one that is moved to another row, or to another person's, does not open. */
export const folderNameContext = (userId: string, id: string): { owner: string; field: string } => ({
  owner: userId,
  field: `folders.name_encrypted:${id}`,
});
export const folderInstructionsContext = (userId: string, id: string): { owner: string; field: string } => ({
  owner: userId,
  field: `folders.instructions_encrypted:${id}`,
});

/** In `messages.instructions_id`: with this turn the agent was told that what it was told before holds no more. */
export const noInstructionsId = "00000000-0000-0000-0000-000000000000";
