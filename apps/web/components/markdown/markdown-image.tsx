"use client";

import { use, useState, type ComponentProps } from "react";
import type { ExtraProps } from "streamdown";
import { InLink } from "@/components/markdown/in-link";
import { parsedAddress } from "@/components/markdown/link-host";
import { RemoteImage } from "@/components/markdown/remote-image";
import { SafeLink } from "@/components/markdown/safe-link";
import { m } from "@messages/markdown";

/** A picture in the text itself asks nobody, and what is drawn as an image runs no script. */
const inText = /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]/i;

/** A picture in the text shows at once. One from elsewhere would tell its server that, when and where this was read, so it waits for a click. */
export function MarkdownImage({ src, alt = "" }: ComponentProps<"img"> & ExtraProps) {
  const isInLink = use(InLink);
  const text = alt === "" ? m.image : m.imageOf(alt);
  if (typeof src !== "string" || isInLink) return <span>{text}</span>;
  if (inText.test(src)) return <TextImage src={src} alt={alt} />;
  const address = parsedAddress(src);
  if (address?.protocol === "https:") return <RemoteImage key={address.href} address={address} alt={alt} />;
  return <SafeLink href={src}>{text}</SafeLink>;
}

/** Of one picture, unpacked: a few kilobytes can hold a picture that needs gigabytes. */
const maxPixels = 16_000_000;
const maxLength = 100_000;

/** A picture is unpacked when it is drawn, so it is hidden until it has told its size. */
function TextImage({ src, alt }: { readonly src: string; readonly alt: string }) {
  const [state, setState] = useState<"unknown" | "shown" | "refused">(src.length > maxLength ? "refused" : "unknown");
  if (state === "refused") {
    return <span className="text-sm text-muted-foreground">{alt === "" ? m.hiddenImage : m.hiddenImageOf(alt)}</span>;
  }
  return (
    <img
      src={src}
      alt={alt}
      hidden={state === "unknown"}
      className="inline-block max-h-[30rem] max-w-full rounded-md"
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        setState(naturalWidth * naturalHeight <= maxPixels ? "shown" : "refused")
      }
      onError={() => setState("refused")}
    />
  );
}
