import { m } from "@messages/missing-files";

/**
 * Runs before any other script, as text in every page: when the page's own files can't be loaded, nothing else is there to say so. That is
 * what happens on a path (`https://host/mosaic/`), since pages ask for their files at the root of the host. Next sets `window.next` when
 * its first file runs.
 */
export const missingFilesScript = `addEventListener("load", () => {
  if (window.next) return;
  const place = document.getElementById("main") ?? document.body;
  const title = document.createElement("h1");
  title.textContent = ${JSON.stringify(m.title)};
  const text = document.createElement("p");
  text.textContent = ${JSON.stringify(m.before)} + location.origin + ${JSON.stringify(m.after)};
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  box.style.cssText = "max-width:36rem;margin:15vh auto;padding:0 1.5rem;font-family:system-ui,sans-serif;line-height:1.5";
  box.append(title, text);
  place.removeAttribute("aria-busy");
  place.replaceChildren(box);
});`;
