import { cn } from "@/components/ui/cn";

const tiles = [
  { x: 1, y: 1, width: 13, height: 10, fill: "var(--tile-1)" },
  { x: 16, y: 1, width: 7, height: 14, fill: "var(--tile-2)" },
  { x: 1, y: 13, width: 7, height: 10, fill: "var(--tile-3)" },
  { x: 10, y: 17, width: 13, height: 6, fill: "var(--tile-4)" },
  { x: 10, y: 13, width: 4, height: 2, fill: "var(--tile-2)" },
];

export function LogoMark({ className, isAnimated = false }: { readonly className?: string; readonly isAnimated?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className={cn("size-7", className)}>
      {tiles.map((tile, index) => (
        <rect
          key={`${tile.x}-${tile.y}`}
          {...tile}
          rx={1.4}
          {...(isAnimated ? { className: "animate-tile", style: { animationDelay: `${index * 160}ms` } } : {})}
        />
      ))}
    </svg>
  );
}

export function Logo({ className }: { readonly className?: string }) {
  return (
    <span className={cn("flex items-center gap-2.5 text-lg font-semibold tracking-tight", className)}>
      <LogoMark />
      Mosaic
    </span>
  );
}
