"use client";

import { ImageIcon } from "lucide-react";
import { useEffect, useRef, useState, type RefObject } from "react";
import { SafeLink } from "@/components/markdown/safe-link";
import { Button } from "@/components/ui/button";
import { m } from "@messages/markdown";

export interface RemoteImageProps {
  readonly address: URL;
  readonly alt: string;
}

/** Addresses that somebody has clicked since this page was opened: they are shown again without another click. */
const wanted = new Set<string>();

/** An image of another server. Until it is clicked, nothing goes there. */
export function RemoteImage({ address, alt }: RemoteImageProps) {
  const [isWanted, setWanted] = useState(() => wanted.has(address.href));
  const load = (): void => {
    wanted.add(address.href);
    setWanted(true);
  };
  return isWanted ? <LoadedImage address={address} alt={alt} /> : <Placeholder address={address} alt={alt} onLoad={load} />;
}

function Placeholder({ address, alt, onLoad }: RemoteImageProps & { readonly onLoad: () => void }) {
  return (
    <span
      dir="ltr"
      className="inline-flex max-w-full flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-dashed px-3 py-2 text-sm"
    >
      <ImageIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <bdi className="min-w-0 break-words text-muted-foreground">{alt === "" ? m.imageWithoutADescription : alt}</bdi>
      <Button
        variant="secondary"
        size="sm"
        className="h-auto min-h-8 max-w-full whitespace-normal py-1 [overflow-wrap:anywhere]"
        onClick={onLoad}
      >
        {m.loadImageFrom(address.host)}
      </Button>
    </span>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The document that shows it may do nothing else, and has no origin. */
function LoadedImage({ address, alt }: RemoteImageProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const state = useImageFrame(frame, address.href, alt);
  if (state === "failed") {
    return (
      <span className="text-sm text-muted-foreground">
        {m.theImageCouldNotBe(address.host, <SafeLink href={address.href}>{alt === "" ? m.openIt : alt}</SafeLink>)}
      </span>
    );
  }
  const size = typeof state === "object" ? state : { width: 320, height: 80 };
  return (
    <iframe
      ref={frame}
      src="/frames/image.html"
      sandbox="allow-scripts"
      title={alt === "" ? m.imageFrom(address.host) : m.imageFromOf(address.host, alt)}
      className="inline-block max-w-full rounded-md border bg-muted align-bottom"
      style={{ width: size.width, aspectRatio: `${size.width} / ${size.height}` }}
    />
  );
}

const useImageFrame = (frame: RefObject<HTMLIFrameElement | null>, address: string, alt: string): Size | "loading" | "failed" => {
  const [state, setState] = useState<Size | "loading" | "failed">("loading");
  useEffect(() => {
    const hear = ({ source, data }: MessageEvent<unknown>): void => {
      const target = frame.current?.contentWindow;
      if (target === null || target === undefined || source !== target) return;
      if (data === "ready") target.postMessage({ address, alt }, "*");
      else setState(shownSize(data) ?? "failed");
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, [frame, address, alt]);
  return state;
};

const largest = { width: 640, height: 480 };

/** What a frame tells is somebody else's word: `null` unless it is a size, which is brought down to what fits into a message. */
export const shownSize = (told: unknown): Size | null => {
  if (typeof told !== "object" || told === null || !("width" in told) || !("height" in told)) return null;
  const { width, height } = told;
  if (typeof width !== "number" || typeof height !== "number") return null;
  if (!(width >= 1 && height >= 1 && width < 100_000 && height < 100_000)) return null;
  const scale = Math.min(1, largest.width / width, largest.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
};
