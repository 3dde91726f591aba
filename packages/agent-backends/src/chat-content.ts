import type { GatewayImage } from "./agent-backend.js";

/** A message of OpenAI's chat completions: a mere text where that is all there is, else its parts. */
export function contentOf(texts: readonly [string, ...string[]], images: readonly GatewayImage[]): unknown {
  if (texts.length === 1 && images.length === 0) return texts[0];
  const shown = images.map(({ mediaType, base64 }) => ({ type: "image_url", image_url: { url: `data:${mediaType};base64,${base64}` } }));
  return [...texts.map((text) => ({ type: "text", text })), ...shown];
}
