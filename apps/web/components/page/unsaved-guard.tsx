"use client";

import { useRouter } from "next/navigation";
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { m } from "@messages/components";

interface Guard {
  readonly setDirty: (isDirty: boolean) => void;
  /** Runs at once when nothing would be lost, else after a confirmation. */
  readonly leave: (go: () => void) => void;
}

const GuardContext = createContext<Guard>({ setDirty: () => undefined, leave: (go) => go() });

/** Asks before leaving a form with changes: links, the page's own buttons, back and forward, and closing the tab. */
export function UnsavedGuard({ children }: { readonly children: ReactNode }) {
  const router = useRouter();
  const isDirty = useRef(false);
  const [pending, setPending] = useState<{ go: () => void } | null>(null);
  const guard = useMemo<Guard>(
    () => ({
      setDirty: (value) => {
        isDirty.current = value;
      },
      leave: (go) => {
        if (isDirty.current) setPending({ go });
        else go();
      },
    }),
    [],
  );
  useEffect(() => watchLeaving(isDirty, guard.leave, (path) => router.push(path)), [guard, router]);
  return (
    <GuardContext.Provider value={guard}>
      {children}
      <ConfirmDialog
        isOpen={pending !== null}
        onClose={() => setPending(null)}
        title={m.discardYourChanges}
        confirmLabel={m.discardChanges}
        cancelLabel={m.keepEditing}
        onConfirm={() => {
          isDirty.current = false;
          setPending(null);
          pending?.go();
        }}
      >
        <p>{m.whatYouChangedOnThis}</p>
      </ConfirmDialog>
    </GuardContext.Provider>
  );
}

export const useLeave = (): Guard["leave"] => useContext(GuardContext).leave;

export const useUnsavedChanges = (isDirty: boolean): void => {
  const { setDirty } = useContext(GuardContext);
  useEffect(() => {
    setDirty(isDirty);
    return () => setDirty(false);
  }, [isDirty, setDirty]);
};

/** The part of the Navigation API that is used here; where a browser lacks it, going back is not guarded. */
interface NavigateEventLike extends Event {
  readonly navigationType: string;
  readonly destination: { readonly key: string };
}
interface NavigationLike extends EventTarget {
  traverseTo: (key: string) => unknown;
}

const watchLeaving = (isDirty: { readonly current: boolean }, leave: Guard["leave"], push: (path: string) => void): (() => void) => {
  const controller = new AbortController();
  const { signal } = controller;
  window.addEventListener("beforeunload", (event) => (isDirty.current ? event.preventDefault() : undefined), { signal });
  const onClick = (event: MouseEvent): void => {
    if (!isDirty.current || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || link.origin !== window.location.origin) return;
    if (link.pathname === window.location.pathname && link.hash !== "") return;
    event.preventDefault();
    event.stopPropagation();
    leave(() => push(link.pathname + link.search));
  };
  document.addEventListener("click", onClick, { capture: true, signal });
  const navigation = (window as { navigation?: NavigationLike }).navigation;
  const onNavigate = (event: Event): void => {
    const { navigationType, destination } = event as NavigateEventLike;
    if (!isDirty.current || navigationType !== "traverse" || !event.cancelable) return;
    event.preventDefault();
    leave(() => navigation?.traverseTo(destination.key));
  };
  navigation?.addEventListener("navigate", onNavigate);
  return () => {
    controller.abort();
    navigation?.removeEventListener("navigate", onNavigate);
  };
};
