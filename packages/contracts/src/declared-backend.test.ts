import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { declaredBackend, declaredBackendFile } from "./declared-backend.js";
import { fillTemplate, placeholderNames, unknownPlaceholderIn } from "./declared-template.js";
import { faultOf, says } from "./field-faults.js";

const least = {
  id: "echo",
  label: "Echo",
  image: "example.org/echo:1",
  command: ["echo-agent"],
  user: 1000,
  port: 8080,
  stateDir: "/data",
};

describe("a declaration", () => {
  it("needs seven fields, and has a value for each of the others", () => {
    expect(declaredBackend.parse(least)).toEqual({
      ...least,
      description: "",
      readyPath: "/health",
      memoryFile: null,
      writesRoot: true,
      environment: {},
      files: [],
      key: null,
      session: { by: "user" },
      history: "last",
      model: { send: "omit" },
      limits: { memoryBytes: 1_073_741_824, nanoCpus: 1_000_000_000, pids: 256, stateBytes: 2_147_483_648 },
      readyTimeoutMs: 120_000,
      idleTimeoutSeconds: 1800,
      extraHosts: [],
      networks: [],
      dns: [],
    });
    for (const field of Object.keys(least)) {
      const { [field]: _left, ...others } = least as Record<string, unknown>;
      expect(declaredBackend.safeParse(others).error?.issues.map(({ path }) => path.join("."))).toEqual([field]);
    }
  });

  const file = { root: "state", path: "a/b.json", content: "x" };
  it.each<readonly [over: Record<string, unknown>, path: string, words: string]>([
    [{ command: [] }, "command", says.command_needed],
    [{ command: [" "] }, "command.0", says.command_needed],
    [{ command: ["x", "--key=${LLM_API_KEY}"] }, "command.1", says.secret_in_command],
    [{ command: ["x\u0000"] }, "command.0", says.control_characters],
    [{ user: 0 }, "user", "At least 1"],
    [{ port: 65_535 }, "port", "At most 65,534"],
    [{ image: "Echo" }, "image", says.image_name],
    [{ readyPath: "health" }, "readyPath", says.path_of_address],
    [{ stateDir: "/" }, "stateDir", says.path_absolute],
    [{ stateDir: "data" }, "stateDir", says.path_absolute],
    [{ stateDir: "/data/../etc" }, "stateDir", says.path_absolute],
    [{ stateDir: "/data/" }, "stateDir", says.path_absolute],
    [{ stateDir: "/proc" }, "stateDir", says.path_of_system],
    [{ stateDir: "/run/mosaic" }, "stateDir", says.path_of_system],
    [{ stateDir: "/opt/mosaic/x" }, "stateDir", says.path_of_system],
    [{ memoryFile: "/x" }, "memoryFile", says.path_relative],
    [{ memoryFile: "a/../../x" }, "memoryFile", says.path_relative],
    [{ environment: { "A-B": "" } }, "environment.A-B", says.variable_name],
    [{ environment: { mosaic_x: "" } }, "environment.mosaic_x", says.variable_taken],
    [{ environment: { LD_PRELOAD: "/x" } }, "environment.LD_PRELOAD", says.variable_taken],
    [{ environment: { NODE_OPTIONS: "" } }, "environment.NODE_OPTIONS", says.variable_taken],
    [{ environment: { KEY: "" }, key: { env: "KEY" } }, "key.env", says.variable_twice],
    [{ key: { env: "KEY", header: "X-Key" } }, "key.header", says.header_name],
    [{ key: { env: "KEY", header: "host" } }, "key.header", says.header_taken],
    [{ key: { env: "KEY", prefix: "a\nb" } }, "key.prefix", says.line_breaks],
    [{ key: { env: "KEY" }, session: { by: "header", name: "authorization" } }, "session.name", says.header_taken],
    [{ session: { by: "body", field: "messages" } }, "session.field", says.body_field_taken],
    [{ files: [{ ...file, path: "../x" }] }, "files.0.path", says.path_relative],
    [{ files: [{ ...file, content: "${GATEWAY_KEY}" }] }, "files.0.root", says.secret_in_state],
    [{ files: [{ ...file, content: "${LLM_API_KEY}" }] }, "files.0.root", says.secret_in_state],
    [{ files: [file, { ...file, path: "a" }] }, "files.1.path", says.file_twice],
    [{ files: [file, file] }, "files.1.path", says.file_twice],
    [{ dns: ["10.0.0.1"] }, "dns", says.network_not_yet],
    [{ networks: ["a"] }, "networks", says.network_not_yet],
    [{ extraHosts: ["a:10.0.0.1"] }, "extraHosts", says.network_not_yet],
    [{ tools: [] }, "", "There is no such field: tools"],
  ])("%j is refused at %s: %s", (over, path, words) => {
    const [first] = declaredBackend.safeParse({ ...least, ...over }).error?.issues ?? [];
    expect([first?.path.join("."), first?.message]).toEqual([path, words]);
    expect(faultOf({ ...first }).code).not.toBe("refused");
  });

  it.each(["${HOME}", "${llm_model}", "${}", "${LLM_MODEL", "${LLM_MODEL }"])("has no placeholder %s, and says so", (unknown) => {
    const [first] = declaredBackend.safeParse({ ...least, environment: { A: `a ${unknown}` } }).error?.issues ?? [];
    expect(first?.message).toContain(`There is no placeholder ${unknown};`);
    expect(faultOf({ ...first })).toEqual({ code: "unknown_placeholder", args: { placeholder: unknown } });
  });

  it("may hold a key in memory and in a variable, and two files side by side", () => {
    const files = [
      { root: "run", path: "key", content: "${LLM_API_KEY}" },
      { root: "state", path: "key", content: "" },
      { root: "run", path: "key2", content: "$${LLM_API_KEY}" },
    ];
    expect(declaredBackend.safeParse({ ...least, files, environment: { A: "${GATEWAY_KEY}" } }).success).toBe(true);
  });

  it("is the same, in whatever order its variables come", () => {
    const read = (environment: object): string => JSON.stringify(declaredBackend.parse({ ...least, environment }));
    expect(read({ B: "1", AA: "2" })).toBe(read({ AA: "2", B: "1" }));
  });

  it("is in a file once", () => {
    expect(declaredBackendFile.safeParse({ version: 1, backends: [least, { ...least, id: "other" }] }).success).toBe(true);
    expect(declaredBackendFile.safeParse({ version: 1, backends: [least, least] }).error?.issues[0]?.message).toBe(says.once_each);
    expect(declaredBackendFile.safeParse({ version: 2, backends: [] }).success).toBe(false);
  });
});

describe("a template", () => {
  const text = fc
    .array(fc.constantFrom("$", "{", "}", "$$", "A", "\n", "${LLM_MODEL}", "${PORT}", "$${", "🦞"))
    .map((parts) => parts.join(""));

  it("has a value in the place of each placeholder, and what is put in is not read again", () => {
    const filled = fillTemplate("a ${LLM_MODEL} $${LLM_MODEL} ${PORT}$", (name) => (name === "PORT" ? "80" : "${PORT}$$"));
    expect(filled).toBe("a ${PORT}$$ ${LLM_MODEL} 80$");
    for (const name of placeholderNames) expect(fillTemplate(`\${${name}}`, (found) => found)).toBe(name);
  });

  it("can say every text, with an escape", () => {
    fc.assert(
      fc.property(text, (wanted) => {
        const template = wanted.replaceAll(/\$(?=\{)/g, () => "$$");
        fc.pre(!wanted.includes("$${"));
        expect(unknownPlaceholderIn(template)).toBeNull();
        expect(fillTemplate(template, () => "wrong")).toBe(wanted);
      }),
    );
  });
});
