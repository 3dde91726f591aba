let region: HTMLElement | null = null;

/** Has a screen reader say it. The region is made once and stays: what comes into the page with its text already in it is often not read. */
export const announce = (text: string): void => {
  if (region === null || !region.isConnected) {
    region = document.createElement("div");
    region.setAttribute("role", "status");
    region.className = "sr-only";
    document.body.append(region);
  }
  const place = region;
  place.textContent = "";
  // The same word twice is two changes only if there was a moment without it.
  requestAnimationFrame(() => (place.textContent = text));
};
