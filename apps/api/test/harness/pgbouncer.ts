import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@mosaic/testing/free-port";
import { Client } from "pg";

/** Debian's PgBouncer in front of a database; `stop` ends it. */
export async function startPgBouncer(
  databaseUrl: string,
  poolMode: "session" | "transaction",
): Promise<{ url: string; stop: () => Promise<void> }> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), "mosaic-pgbouncer-"));
  await chmod(folder, 0o755);
  const ownPort = await freePort();
  const target = `host=${hostname} port=${port} user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}`;
  const settings = `[databases]\n* = ${target}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${ownPort}\nunix_socket_dir =\nauth_type = any\npool_mode = ${poolMode}\ndefault_pool_size = 30\n`;
  await writeFile(join(folder, "pgbouncer.ini"), settings);
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const child = spawn("/usr/sbin/pgbouncer", [...user, join(folder, "pgbouncer.ini")], { stdio: "ignore" });
  const url = `postgres://${username}@127.0.0.1:${ownPort}${pathname}`;
  const stop = async (): Promise<void> => {
    const ended = once(child, "exit");
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), 2_000).unref();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt += 1) {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined);
    const answer = await client.connect().then(
      () => "there" as const,
      () => "away" as const,
    );
    await client.end().catch(() => undefined);
    if (answer === "there") {
      return { url, stop };
    }
    if (attempt === 100) {
      await stop();
      throw new Error("PgBouncer did not get ready");
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
