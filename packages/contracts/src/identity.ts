import { z } from "zod";

export const role = z.enum(["admin", "member"]);
export type Role = z.infer<typeof role>;

const usernameWords = "3 to 32 letters, digits, dots, dashes or underscores; begins and ends with a letter or digit";

export const username = z
  .string()
  .trim()
  .toLowerCase()
  .max(32, { error: usernameWords, abort: true })
  .regex(/^[a-z0-9][a-z0-9._-]{1,30}[a-z0-9]$/, usernameWords);

/** The rules of a new password, in the words that the form shows, each with its check. */
export const passwordRules: readonly { id: string; text: string; holds: (password: string, name: string) => boolean }[] = [
  { id: "length", text: "At least 12 characters", holds: (password) => Array.from(password).length >= 12 },
  { id: "variety", text: "At least 5 different characters", holds: (password) => new Set(password).size >= 5 },
  {
    id: "name",
    text: "Does not contain the user name",
    holds: (password, name) => name === "" || !password.toLowerCase().includes(name.toLowerCase()),
  },
];

/** In the words that people read. */
export function brokenPasswordRules(password: string, name: string): string[] {
  return passwordRules.filter((rule) => !rule.holds(password, name)).map(({ text }) => text);
}

/** Adds an issue for each rule that a new password breaks. */
export function checkPassword(password: string, name: string, path: string, context: z.RefinementCtx): void {
  for (const message of brokenPasswordRules(password, name)) {
    context.addIssue({ code: "custom", path: [path], message });
  }
}

/** A password as typed at sign-in: bounded only, since its rules may have been others when it was set. */
export const enteredPassword = z.string().min(1).max(1024, "At most 1,024 characters");

export const credentials = z
  .strictObject({ username: z.string().trim().toLowerCase().min(1).max(64), password: enteredPassword })
  .meta({ id: "Credentials" });
export type Credentials = z.infer<typeof credentials>;

export const createBreakglass = z
  .strictObject({ username, password: enteredPassword })
  .superRefine((value, context) => checkPassword(value.password, value.username, "password", context))
  .meta({ id: "CreateBreakglass" });
export type CreateBreakglass = z.infer<typeof createBreakglass>;

export const sessionUser = z
  .object({ id: z.uuid(), username: z.string(), displayName: z.string(), role, isBreakglass: z.boolean() })
  .meta({ id: "SessionUser" });
export type SessionUser = z.infer<typeof sessionUser>;
