import { brokenPasswordRules, username as usernameSchema } from "@mosaic/contracts/identity";
import { BreakglassService, type BreakglassRefusal } from "../modules/users/breakglass.service.js";
import type { Env } from "../platform/config/env.js";
import { withService } from "./application.js";
import { CommandError, type Terminal } from "./command.js";

const refusals: Readonly<Record<BreakglassRefusal, (username: string) => string>> = {
  exists: () => "There is a breakglass account already. Set a new password with: mosaic admin reset-breakglass",
  name_taken: (username) => `The name ${username} is taken. Choose another one.`,
};

/** Makes the one account that always works. Throws `CommandError` when it exists already. */
export async function createBreakglass(env: Env, name: string, password: string, terminal: Terminal): Promise<void> {
  const read = usernameSchema.safeParse(name);
  if (!read.success) {
    throw new CommandError(`This is no user name: ${read.error.issues[0]?.message ?? ""}.`);
  }
  const username = read.data;
  assertRules(password, username);
  const made = await withService(env, BreakglassService, async (breakglass) => breakglass.create(username, password));
  if (typeof made === "string") {
    throw new CommandError(refusals[made](username));
  }
  terminal.say(`The breakglass account ${username} was made. Sign in with it; if Mosaic is new, its wizard goes on from there.`);
}

/** A new password: all its sessions and access tokens end, and nothing that others tried before holds it up. */
export async function resetBreakglass(env: Env, password: string, terminal: Terminal): Promise<void> {
  const { username } = await withService(env, BreakglassService, async (breakglass) => {
    const account = await breakglass.find();
    if (account === null) {
      throw new CommandError("There is no breakglass account yet. Make one with: mosaic admin create-breakglass");
    }
    assertRules(password, account.username);
    await breakglass.resetPassword(account, password);
    return account;
  });
  terminal.say(`The breakglass account ${username} has a new password. Its sessions have ended, and its access tokens are revoked.`);
}

function assertRules(password: string, name: string): void {
  const broken = brokenPasswordRules(password, name);
  if (broken.length > 0) {
    throw new CommandError(`The password does not follow all rules. Needed: ${broken.join("; ")}.`);
  }
}
