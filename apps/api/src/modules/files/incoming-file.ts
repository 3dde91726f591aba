import { fileNameHeader, maxFileBytes } from "@mosaic/contracts/files";
import type { Request } from "express";
import { AppError } from "../../platform/errors/app-error.js";

/** What the head of an upload says. Nothing of its body was read. Throws `invalid_input`, `unsupported_media_type` or `file_too_large`. */
export function headOf(request: Request): { name: string; sizeBytes: number } {
  const [type = ""] = (request.headers["content-type"] ?? "").toLowerCase().split(";");
  if (type.trim() !== "application/octet-stream") {
    throw new AppError("unsupported_media_type", { detail: 'Send the file as "Content-Type: application/octet-stream".' });
  }
  if ((request.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new AppError("unsupported_media_type", { detail: "Send the file without compression (Content-Encoding)." });
  }
  const sizeBytes = Number(request.headers["content-length"] ?? Number.NaN);
  if (!Number.isInteger(sizeBytes)) {
    throw new AppError("invalid_input", { detail: "Say how large the file is: Content-Length." });
  }
  if (sizeBytes === 0) {
    throw new AppError("invalid_input", { detail: "The file is empty." });
  }
  if (sizeBytes > maxFileBytes) {
    throw new AppError("file_too_large", { detail: `A file may have ${maxFileBytes / 1024 / 1024} MB. This one was not stored.` });
  }
  return { name: nameOf(request), sizeBytes };
}

function nameOf(request: Request): string {
  try {
    return decodeURIComponent(request.get(fileNameHeader) ?? "");
  } catch {
    throw new AppError("invalid_input", { detail: `The name in ${fileNameHeader} has to be percent-encoded UTF-8.` });
  }
}
