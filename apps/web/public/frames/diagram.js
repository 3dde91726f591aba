// Draws what an agent wrote, in a document without an origin that can reach nothing. It answers with a picture; the page shows that as an image.
import mermaid from "./generated/mermaid.esm.min.mjs";

const limits = { maxTextSize: 20_000, maxEdges: 300 };

const configure = (isDark) =>
  mermaid.initialize({
    ...limits,
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    htmlLabels: false,
    theme: isDark ? "dark" : "neutral",
    // An image has no fonts but the machine's own: text is measured with what it will be drawn with.
    fontFamily: "system-ui, sans-serif",
    // What no diagram may choose for itself.
    secure: [
      "secure",
      "securityLevel",
      "startOnLoad",
      "maxTextSize",
      "maxEdges",
      "suppressErrorRendering",
      "htmlLabels",
      "fontFamily",
      "altFontFamily",
      "themeCSS",
    ],
  });

/** The picture as XML, with the size that it says it has. */
const pictureOf = (svg) => {
  const holder = document.createElement("div");
  holder.innerHTML = svg;
  const element = holder.querySelector("svg");
  const [, , width, height] = (element?.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
  if (!element || !(width > 0) || !(height > 0)) throw new Error("It has no size.");
  element.setAttribute("width", String(width));
  element.setAttribute("height", String(height));
  element.removeAttribute("style");
  return {
    svg: new XMLSerializer().serializeToString(element),
    width,
    height,
    title: element.querySelector(":scope > title")?.textContent ?? "",
  };
};

const draw = async ({ id, source, isDark }) => {
  configure(isDark);
  const { svg, diagramType } = await mermaid.render(`diagram-${id}`, source);
  return { ...pictureOf(svg), kind: diagramType };
};

addEventListener("message", ({ source, data }) => {
  if (source !== parent) return;
  void draw(data)
    .catch((error) => ({ fault: String(error?.message ?? error).slice(0, 1000) }))
    .then((answer) => parent.postMessage({ id: data.id, ...answer }, "*"));
});
parent.postMessage("ready", "*");
