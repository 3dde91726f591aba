import { randomUUIDv7 } from "node:crypto";
import { passwordRules, username as usernameSchema } from "@mosaic/contracts/identity";
import bcrypt from "@node-rs/bcrypt";
import type { Client } from "pg";
import { sendFromCommand } from "../platform/notices/notices.js";
import { auditCommand, CommandError, inTransaction, type Terminal } from "./command.js";

const bcryptCost = 12;

/** Makes the one account that always works. Throws `CommandError` when it exists already. */
export async function createBreakglass(database: Client, name: string, password: string, terminal: Terminal): Promise<void> {
  const username = usernameSchema.safeParse(name);
  if (!username.success) {
    throw new CommandError(`This is no user name: ${username.error.issues[0]?.message ?? ""}.`);
  }
  assertRules(password, username.data);
  const hash = await bcrypt.hash(password, { cost: bcryptCost });
  await inTransaction(database, async () => {
    // Of two at once, the second waits and then sees the first.
    await database.query("LOCK TABLE breakglass_user IN SHARE ROW EXCLUSIVE MODE");
    const { rows } = await database.query("SELECT 1 FROM breakglass_user");
    if (rows.length > 0) {
      throw new CommandError("There is a breakglass account already. Set a new password with: mosaic admin reset-breakglass");
    }
    const taken = await database.query("SELECT 1 FROM users WHERE username = $1", [username.data]);
    if (taken.rows.length > 0) {
      throw new CommandError(`The name ${username.data} is taken. Choose another one.`);
    }
    const id = randomUUIDv7();
    await database.query("INSERT INTO users (id, username, display_name, role) VALUES ($1, $2, $2, 'admin')", [id, username.data]);
    await database.query("INSERT INTO breakglass_user (user_id, password_hash) VALUES ($1, $2)", [id, hash]);
    await auditCommand(database, {
      action: "user.create",
      target: { type: "user", id, name: username.data },
      details: { isBreakglass: true },
    });
  });
  terminal.say(`The breakglass account ${username.data} was made. Sign in with it; if Mosaic is new, its wizard goes on from there.`);
}

/** A new password: all its sessions and access tokens end, and nothing that others tried before holds it up. */
export async function resetBreakglass(database: Client, password: string, terminal: Terminal): Promise<void> {
  const { rows } = await database.query<{ id: string; username: string }>(
    "SELECT u.id, u.username FROM breakglass_user b JOIN users u ON u.id = b.user_id",
  );
  const [account] = rows;
  if (account === undefined) {
    throw new CommandError("There is no breakglass account yet. Make one with: mosaic admin create-breakglass");
  }
  assertRules(password, account.username);
  const hash = await bcrypt.hash(password, { cost: bcryptCost });
  await inTransaction(database, async () => {
    await database.query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", [account.id]);
    await database.query("UPDATE breakglass_user SET password_hash = $1, updated_at = now() WHERE user_id = $2", [hash, account.id]);
    await database.query("DELETE FROM sessions WHERE user_id = $1", [account.id]);
    await database.query("DELETE FROM access_tokens WHERE user_id = $1", [account.id]);
    await database.query("DELETE FROM sign_in_places WHERE user_id = $1", [account.id]);
    await database.query("DELETE FROM login_throttles WHERE subject LIKE '%:' || $1 OR subject LIKE '%:' || $1 || '|%'", [
      account.username,
    ]);
    await sendFromCommand(database, { channel: "mosaic_sessions", payload: { userId: account.id } });
    await auditCommand(database, { action: "password.reset", target: { type: "user", id: account.id, name: account.username } });
  });
  terminal.say(
    `The breakglass account ${account.username} has a new password. Its sessions have ended, and its access tokens are revoked.`,
  );
}

function assertRules(password: string, name: string): void {
  const broken = passwordRules.filter((rule) => !rule.holds(password, name)).map(({ text }) => text);
  if (broken.length > 0) {
    throw new CommandError(`The password does not follow all rules. Needed: ${broken.join("; ")}.`);
  }
}
