import { glob } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const appFolder = fileURLToPath(new URL("../../apps/web/app", import.meta.url));

/** These show nothing of their own: they lead to another page. */
const leading = new Set(["/", "/admin"]);

/** Every page of the web app, by its path; folders in brackets are no part of it. */
export async function appPages(): Promise<string[]> {
  const paths: string[] = [];
  for await (const file of glob("**/page.tsx", { cwd: appFolder })) {
    paths.push(`/${file.replaceAll(/\([^)]*\)\/|\/?page\.tsx$/g, "")}`);
  }
  return paths.filter((path) => !leading.has(path)).toSorted();
}

/** What is shown at a page's path only when it is asked for. */
const forms = [
  "/settings/agents?edit=new",
  "/settings/providers?edit=new",
  "/admin/system-agents?edit=new",
  "/admin/backends?add=declaration",
  "/admin/backends?add=import",
];

export type Section = "settings" | "admin";

/** The pages of a section, with the forms in them. */
export async function sectionPages(section: Section): Promise<string[]> {
  return [...(await appPages()), ...forms].filter((path) => path.startsWith(`/${section}/`)).toSorted();
}

/** Which pages the pictures show: some are for strangers, one needs a conversation, and the rest are all of their sections. */
export async function picturedPages() {
  return {
    strangers: ["/setup", "/login", "/sign-up", "/shared"],
    chat: ["/chat"],
    settings: await sectionPages("settings"),
    admin: await sectionPages("admin"),
  };
}
