import { z } from "zod";
import { says } from "./field-faults.js";
import { language } from "./language.js";

export const role = z.enum(["admin", "member"]);
export type Role = z.infer<typeof role>;

export const username = z
  .string()
  .trim()
  .toLowerCase()
  .max(32, { error: says.username, abort: true })
  .regex(/^[a-z0-9][a-z0-9._-]{1,30}[a-z0-9]$/, says.username);

export type PasswordRule = "length" | "variety" | "name";

/** The rules of a new password, in the words that the form shows, each with its check. */
export const passwordRules: readonly { id: PasswordRule; text: string; holds: (password: string, name: string) => boolean }[] = [
  { id: "length", text: says.password_length, holds: (password) => Array.from(password).length >= 12 },
  { id: "variety", text: says.password_variety, holds: (password) => new Set(password).size >= 5 },
  {
    id: "name",
    text: says.password_name,
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
export const enteredPassword = z.string().min(1).max(1024);

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
  .object({
    id: z.uuid(),
    username: z.string(),
    displayName: z.string(),
    role,
    isBreakglass: z.boolean(),
    /** `null`: as the browser says. The release before does not send it. */
    language: language.nullable().default(null),
  })
  .meta({ id: "SessionUser" });
export type SessionUser = z.infer<typeof sessionUser>;
