import { importAgentStack } from "@mosaic/agent-backends/declared/agent-stack";
import { declaredBackendFile, type DeclaredBackend } from "@mosaic/contracts/declared-backend";
import { parseRecord } from "@mosaic/incoming/records";
import { AppError } from "../../platform/errors/app-error.js";

/** A file of declared kinds: Mosaic's own, or agent-stack's. Throws `invalid_input` that says where the fault is. */
export function readBackendFile(content: string): { readonly backends: readonly DeclaredBackend[]; readonly notes: readonly string[] } {
  // agent-stack's is a list.
  const file = parseRecord(content.trimStart().startsWith("[") ? `{"backends":${content}}` : content);
  if (file === undefined) {
    throw fault("The file is no JSON object.", "content");
  }
  if (file["version"] === 1 && Array.isArray(file["backends"])) {
    const { success, data, error } = declaredBackendFile.safeParse(file);
    if (!success) {
      const [first] = error.issues;
      throw fault(first?.message ?? "The file can't be read.", `content.${first?.path.join(".") ?? ""}`);
    }
    return { backends: data.backends, notes: [] };
  }
  try {
    return importAgentStack(file);
  } catch (error) {
    throw fault(error instanceof Error ? error.message : "The file can't be read.", "content");
  }
}

function fault(message: string, path: string): AppError {
  return new AppError("invalid_input", { detail: message, errors: [{ path, message }] });
}
