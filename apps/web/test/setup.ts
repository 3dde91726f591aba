import { cleanup, configure } from "@testing-library/react";
import { toast } from "sonner";
import { afterEach } from "vitest";

// What jsdom lacks and the components ask for. Nothing is laid out here, so nothing of it would ever fire.
class NoResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
class NoIntersectionObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.IntersectionObserver ??= NoIntersectionObserver as unknown as typeof IntersectionObserver;
globalThis.ResizeObserver ??= NoResizeObserver;
/** Everything is seen: what is drawn only when it comes near is drawn. */
class SeesEverything {
  private readonly tell: (entries: readonly { readonly isIntersecting: boolean }[]) => void;
  constructor(tell: (entries: readonly { readonly isIntersecting: boolean }[]) => void) {
    this.tell = tell;
  }
  observe(): void {
    this.tell([{ isIntersecting: true }]);
  }
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.IntersectionObserver ??= SeesEverything as unknown as typeof IntersectionObserver;
window.matchMedia ??= (query) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  }) as MediaQueryList;
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.releasePointerCapture ??= () => undefined;
window.scrollTo = () => undefined;

afterEach(() => {
  // They outlive what they were shown on.
  toast.dismiss();
  cleanup();
  window.sessionStorage.clear();
  document.head.querySelector("base")?.remove();
});

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 5_000 });
