"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Suspense, useEffect, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { LogoMark } from "@/components/page/logo";
import { destination, type PageKind } from "@/features/entry/destination";
import { useOnboardingStatus } from "@/features/entry/onboarding-status";
import { describeError } from "@/lib/api";
import { m } from "@messages/entry";

const splash = <Splash />;

interface GateProps {
  readonly page: PageKind;
  /** What stands there until it is known whom the page is for. It is part of the exported page, and so painted before any script has run. */
  readonly meanwhile?: ReactNode;
  readonly children?: ReactNode;
}

/** Shows its page only to whom it is for, and leads everybody else to where they can go on. */
export function Gate({ meanwhile = splash, ...props }: GateProps) {
  return (
    <Suspense fallback={meanwhile}>
      <GateBody {...props} meanwhile={meanwhile} />
    </Suspense>
  );
}

function GateBody({ page, meanwhile, children }: GateProps) {
  const router = useRouter();
  const pathname = usePathname();
  const search = useSearchParams().toString();
  const status = useOnboardingStatus();
  const here = search === "" ? pathname : `${pathname}?${search}`;
  const target = status.data ? destination(page, status.data, here) : null;
  useEffect(() => {
    if (target !== null) router.replace(target);
  }, [router, target]);
  if (status.data && target === null) return <>{children}</>;
  if (status.error && !status.data) {
    return <Unreachable error={status.error} onRetry={() => void status.refetch()} isBusy={status.isFetching} />;
  }
  return <>{meanwhile}</>;
}

/** Tiles that light up one after the other; nothing at all for the first moment, so that fast answers don't flicker. */
function Splash() {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-dvh place-items-center outline-none" aria-busy="true">
      <h1 className="sr-only">Mosaic</h1>
      <p className="sr-only" role="status">
        {m.loading}
      </p>
      <LogoMark className="size-10 animate-[fade_300ms_ease-out_400ms_both]" isAnimated />
    </main>
  );
}

function Unreachable({ error, onRetry, isBusy }: { readonly error: unknown; readonly onRetry: () => void; readonly isBusy: boolean }) {
  const { title, detail } = describeError(error);
  return (
    <main id="main" tabIndex={-1} className="mx-auto grid min-h-dvh max-w-md content-center gap-6 p-6 outline-none">
      <LogoMark className="size-10" />
      <h1 className="text-2xl font-semibold tracking-tight">{m.mosaicIsNotAnswering}</h1>
      <Notice tone="danger" role="alert" title={title}>
        {detail}
      </Notice>
      <Button onClick={onRetry} isBusy={isBusy} className="justify-self-start">
        {m.tryAgain}
      </Button>
    </main>
  );
}
