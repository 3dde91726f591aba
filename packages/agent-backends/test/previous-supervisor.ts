/** What the supervisor of the release before the launches asked of a bundle, word for word but for the types: images and running containers have it still. */
export function readAsBefore(text: string): { readonly generation: string; readonly files: readonly string[]; readonly warmup: unknown } {
  const bundle = JSON.parse(text) as { generation?: unknown; files?: unknown; warmup?: unknown };
  if (typeof bundle.generation !== "string" || bundle.generation === "") throw new Error("the bundle has no generation");
  if (!Array.isArray(bundle.files)) throw new Error("the bundle has no files");
  const files = bundle.files.map((file: { root?: unknown; path?: unknown; content?: unknown }) => {
    if (file.root !== "run" && file.root !== "state") throw new Error("a file of the bundle has an unknown root");
    if (typeof file.path !== "string" || typeof file.content !== "string") throw new Error("a file of the bundle has no path or content");
    if (file.path.endsWith(".json")) JSON.parse(file.content);
    return `${file.root}/${file.path}`;
  });
  if (!files.includes("run/openclaw.json")) throw new Error("the bundle has no openclaw.json");
  const warmup = bundle.warmup as { model?: unknown; gatewayToken?: unknown } | null | undefined;
  if (warmup != null && (typeof warmup.model !== "string" || typeof warmup.gatewayToken !== "string")) {
    throw new Error("the bundle's warm-up is incomplete");
  }
  return { generation: bundle.generation, files, warmup };
}
