import { isIP } from "node:net";
import { runtimeKind } from "@mosaic/contracts/onboarding";
import { registerAs } from "@nestjs/config";
import { z } from "zod";
import { databaseUrlFaults } from "./database-url.js";
import { Secret } from "./secret.js";
import { unknownSettings } from "./unknown-settings.js";

const port = z.coerce.number("a port number").int("a port number").min(1, "from 1 to 65535").max(65_535, "from 1 to 65535");
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ""),
);
const repository = /^[a-z0-9][a-z0-9._:/-]*$/;
const flag = z.enum(["true", "false"], "true or false").transform((value) => value === "true");

/** An address, a range of them, or the name that Express has for one. Source: the `trust proxy` setting of Express. */
function isNetwork(entry: string): boolean {
  const [address = "", bits, ...more] = entry.split("/");
  const family = isIP(address);
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return ["loopback", "linklocal", "uniquelocal"].includes(entry) || (family !== 0 && isRange && more.length === 0);
}

/**
 * Every environment variable that Mosaic reads. `.env.example` and `docs/configuration.md` are generated from it: the descriptions are
 * what an operator reads.
 */
export const envSchema = z.object({
  DATABASE_URL: z
    .string("an address such as postgres://user:password@host:5432/database")
    .superRefine((value, context) => {
      for (const message of databaseUrlFaults(value)) {
        context.addIssue({ code: "custom", message });
      }
    })
    .transform((value) => new Secret(value))
    .meta({
      description: "Where Postgres is. If this is not set, `npm start` starts an embedded one.",
      example: "postgres://mosaic:password@localhost:5432/mosaic",
    }),
  MOSAIC_SECRET_KEY: z
    .string("at least 32 characters, random: for example the output of `openssl rand -base64 48`")
    .min(32, "at least 32 characters, random: for example the output of `openssl rand -base64 48`")
    .refine((value) => new Set(value).size >= 10, "it repeats itself too much to be random")
    .transform((value) => new Secret(value))
    .meta({
      description:
        "Encrypts every key, token and message in the database. Without it they are lost: keep a backup apart from the database's. `npm start` generates one.",
      example: "the output of: openssl rand -base64 48",
    }),
  PORT: port.default(8080).meta({ description: "The port of the web page and the API." }),
  HOST: z
    .string()
    .refine((value) => isIP(value) !== 0 || value === "localhost", "an IP address of this machine, or localhost")
    .default("127.0.0.1")
    .meta({ description: "The address that Mosaic listens on. 0.0.0.0 opens it to the network: put TLS in front of it." }),
  MOSAIC_TRUSTED_PROXIES: list
    .refine((entries) => entries.every(isNetwork), "IP addresses or ranges such as 10.0.0.0/8, or loopback, separated by commas")
    .default([])
    .meta({
      description:
        "The reverse proxies in front of Mosaic: IP addresses or ranges, separated by commas. Mosaic believes their X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host. Without this setting, everybody behind a proxy has the proxy's address, in the audit and where Mosaic slows down guessing.",
      example: "127.0.0.1, 10.0.0.0/8",
    }),
  MOSAIC_AGENT_IMAGES: list
    .refine(
      (entries) => entries.every((entry) => repository.test(entry)),
      "names of image repositories, without a tag, separated by commas",
    )
    .default([])
    .meta({
      description:
        "Further image repositories that admins may choose for agents, besides Mosaic's own: names without a tag, or with a slash at the end for all below. An image sees its agents' keys, files and conversations, so the person who runs this machine decides.",
      example: "registry.example/agents/",
    }),
  MOSAIC_BACKENDS_FILE: z.string().min(1).optional().meta({
    description:
      "A JSON file with kinds of agents to declare at each start, for whoever keeps an installation as code: docs/backends.md. Kinds that it does not name stay.",
  }),
  MOSAIC_INTERNAL_PORT: port
    .optional()
    .meta({ description: "The port that only agents' containers call, on loopback and on the agents' own network. Default: PORT + 1." }),
  MOSAIC_STATE_DIR: z
    .string()
    .min(1)
    .default(".mosaic")
    .meta({ description: "The folder of the process runtime, with the agents' state and software." }),
  MOSAIC_RUNTIME: z.enum(runtimeKind.options, runtimeKind.options.join(" or ")).optional().meta({
    description: "What runs agents. If this is not set, you choose it in the first-boot wizard and Mosaic keeps it in the database.",
  }),
  MOSAIC_STARTS_AT_ONCE: z.coerce
    .number("a whole number from 1 to 1000")
    .int("a whole number from 1 to 1000")
    .min(1, "a whole number from 1 to 1000")
    .max(1000, "a whole number from 1 to 1000")
    .optional()
    .meta({
      description:
        "How many agents start at the same time; the others wait for their turn. If this is not set: half of the processors that agents have, at least 1.",
    }),
  MOSAIC_ALLOW_UNISOLATED: flag
    .default(false)
    .meta({ description: "Allows the process runtime, which isolates nothing, even if HOST is not loopback." }),
  MOSAIC_EXTRA_CA_CERTS: z.string().min(1).optional().meta({
    description:
      "A file with certificates (PEM) of your own authorities. Everything uses it: connection tests, shared providers, single sign-on, and agents from their next start.",
    example: "/etc/ssl/company-ca.pem",
  }),
  NODE_EXTRA_CA_CERTS: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The same, through Node's own variable. Mosaic passes its certificates on to the agents too." }),
  DOCKER_HOST: z
    .string()
    .regex(/^unix:\/\/\/.+|^tcp:\/\/.+/, "unix:///path/to/docker.sock or tcp://host:port")
    .default("unix:///var/run/docker.sock")
    .meta({ description: "The Docker engine." }),
  UV_THREADPOOL_SIZE: z.coerce
    .number("a whole number from 1 to 1024")
    .int("a whole number from 1 to 1024")
    .min(1, "a whole number from 1 to 1024")
    .max(1024, "a whole number from 1 to 1024")
    .default(4)
    .meta({
      description:
        "Node's own variable: the number of threads that look names up and hash passwords. Look-ups of names that people enter for tests of providers get a quarter of them. `npm start` and Mosaic's image set 16.",
    }),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error"], "debug, info, warn or error")
    .default("info")
    .meta({ description: "The least severe level that Mosaic logs." }),
});

export type Env = z.output<typeof envSchema> & { MOSAIC_INTERNAL_PORT: number };

export class ConfigurationError extends Error {}

/** Reads the configuration, all faults at once. Values are never part of a message: one of them may be a secret. */
export function parseEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const result = envSchema.safeParse(given);
  const unknown = unknownSettings(given, Object.keys(envSchema.shape));
  if (!result.success || unknown.length > 0) {
    const wrong = (result.error?.issues ?? []).map((issue) => {
      const name = issue.path.join(".");
      return given[name] === undefined ? `${name} is missing: ${issue.message}` : `${name} is not valid: ${issue.message}`;
    });
    const faults = [...wrong, ...unknown];
    throw new ConfigurationError(`Mosaic can't start with this configuration:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  }
  const internalPort = result.data.MOSAIC_INTERNAL_PORT ?? (result.data.PORT === 65_535 ? 65_534 : result.data.PORT + 1);
  if (internalPort === result.data.PORT) {
    throw new ConfigurationError("MOSAIC_INTERNAL_PORT must differ from PORT");
  }
  return { ...result.data, MOSAIC_INTERNAL_PORT: internalPort };
}

/** The only place that reads the process's environment. Nest's ConfigModule calls it when the application is made. */
export const readEnv = registerAs("environment", (): Env => parseEnv(process.env));

/** Injection token of the parsed configuration. */
export const ENV = readEnv.KEY;
