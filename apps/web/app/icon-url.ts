import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The icon as an address that holds it, read when the pages are built. */
export const iconUrl = `data:image/svg+xml;base64,${readFileSync(join(process.cwd(), "public/icon.svg")).toString("base64")}`;
