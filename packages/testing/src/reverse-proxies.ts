import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.js";

const documentation = fileURLToPath(new URL("../../../docs/proxies.md", import.meta.url));

const proxyPrograms = { nginx: "/usr/sbin/nginx", caddy: "/usr/bin/caddy" } as const;

/** The name in the documentation's examples. Nothing resolves it: whoever calls must. */
export const proxyDomain = "mosaic.example";

export interface ProxyOptions {
  /** For its files; holds the certificate that `makeCertificate` made. */
  readonly folder: string;
  /** Where Mosaic is: `127.0.0.1:8080`. */
  readonly upstream: string;
  /** What is changed in the example beside names, ports and certificates. */
  readonly change?: (example: string) => string;
}

export interface ReverseProxy {
  readonly port: number;
  /** Of the one process that it is. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Why the proxies can't be run here, if so; with MOSAIC_REQUIRE_ALL they are run and fail instead. */
export function whyNoProxies(alsoNeeded: readonly string[] = []): string | undefined {
  const missing = [...Object.values(proxyPrograms), ...alsoNeeded].filter((program) => !existsSync(program));
  return missing.length === 0 || process.env["MOSAIC_REQUIRE_ALL"] === "1"
    ? undefined
    : `no ${missing.join(" and ")} (apt-get install nginx caddy libnss3-tools)`;
}

/** `ca.crt` of a private authority, and `mosaic.crt` and `mosaic.key` that it vouches for. Needs openssl. */
export async function makeCertificate(folder: string): Promise<void> {
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=Private authority");
  openssl("req", ...newKey, "-keyout", "mosaic.key", "-out", "mosaic.csr", "-subj", `/CN=${proxyDomain}`);
  await writeFile(join(folder, "names"), `subjectAltName=DNS:${proxyDomain}`);
  openssl(
    "x509",
    "-req",
    "-in",
    "mosaic.csr",
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-out",
    "mosaic.crt",
    "-days",
    "2",
    "-extfile",
    "names",
  );
}

/** nginx as the documentation says. It may not answer yet. */
export async function startNginx(options: ProxyOptions): Promise<ReverseProxy> {
  const port = await freePort();
  return runNginx(options.folder, port, (await exampleOf("nginx", options)).replace("listen 443", `listen 127.0.0.1:${port}`));
}

/** nginx before anything that streams: without TLS, buffers and logs, and with connections to it that are kept. It may not answer yet. */
export async function startPlainNginx({ folder, upstream }: Pick<ProxyOptions, "folder" | "upstream">): Promise<ReverseProxy> {
  const port = await freePort();
  const passing = `proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;`;
  const kept = `upstream kept { server ${upstream}; keepalive 64; }`;
  return runNginx(folder, port, `${kept}\nserver { listen 127.0.0.1:${port}; location / { ${passing} } }\n`);
}

async function runNginx(folder: string, port: number, servers: string): Promise<ReverseProxy> {
  const own = (name: string): string => join(folder, `nginx-${port}-${name}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${own(name)};`).join(" ");
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const configuration = `${user} daemon off; master_process off; pid ${own("pid")}; error_log ${own("errors")}; events {}\nhttp { access_log off; ${temporary}\n${servers}}\n`;
  await writeFile(own("conf"), configuration);
  return running(spawn(proxyPrograms.nginx, ["-c", own("conf"), "-e", own("errors"), "-p", folder], { stdio: "ignore" }), port);
}

/** Caddy as the documentation says, with the certificate of the folder. It may not answer yet. */
export async function startCaddy(options: ProxyOptions): Promise<ReverseProxy> {
  const { folder } = options;
  const port = await freePort();
  const head = `${proxyDomain}:${port} {\n  bind 127.0.0.1\n  tls ${join(folder, "mosaic.crt")} ${join(folder, "mosaic.key")}`;
  const site = (await exampleOf("caddy", options)).replace(`${proxyDomain} {`, head);
  const file = join(folder, `caddy-${port}`);
  await writeFile(file, `{\n  admin off\n  auto_https disable_redirects\n}\n${site}`);
  const env = { PATH: process.env["PATH"], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(proxyPrograms.caddy, ["run", "--config", file, "--adapter", "caddyfile"], { stdio: "ignore", env });
  return running(child, port);
}

async function exampleOf(language: "nginx" | "caddy", { folder, upstream, change = (example) => example }: ProxyOptions): Promise<string> {
  const text = await readFile(documentation, "utf8");
  const example = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "m").exec(text)?.[1];
  if (example === undefined) {
    throw new Error(`docs/proxies.md has no example for ${language}`);
  }
  return change(example).replaceAll("127.0.0.1:8080", upstream).replaceAll("/etc/ssl/mosaic", join(folder, "mosaic"));
}

function running(child: ChildProcess, port: number): ReverseProxy {
  const ended = once(child, "exit");
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
