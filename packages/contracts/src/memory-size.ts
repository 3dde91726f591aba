const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** As people write it, and as the page's field takes it: 768 MB, 1.5 GB. */
export function formatMemory(bytes: number): string {
  return bytes < gibibyte ? `${Math.round(bytes / mebibyte)} MB` : `${Math.round((bytes / gibibyte) * 100) / 100} GB`;
}
