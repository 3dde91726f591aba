import type { Metadata } from "next";
import { buttonVariants } from "@/components/ui/button";
import { LogoMark } from "@/components/page/logo";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.pageNotFound };

export default function NotFoundPage() {
  return (
    <main id="main" tabIndex={-1} className="mx-auto grid min-h-dvh max-w-md content-center justify-items-start gap-5 p-6 outline-none">
      <LogoMark className="size-11" />
      <div className="grid gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight">{m.thisPageDoesNotExist}</h1>
        <p className="text-muted-foreground">{m.theAddressMayBeMistyped}</p>
      </div>
      {/* No link of Next's: every page brings along what this one is made of. */}
      <a href="/" className={buttonVariants({ variant: "primary" })}>
        {m.backToMosaic}
      </a>
    </main>
  );
}
