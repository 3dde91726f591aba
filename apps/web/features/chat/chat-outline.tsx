import { KeyHint } from "@/features/chat/key-hint";
import { m } from "@messages/chat";

/** Where the messages and the field will stand, until they are known. */
export function ChatMainOutline() {
  return (
    <main id="main" tabIndex={-1} aria-busy="true" className="flex min-h-0 flex-1 flex-col justify-end outline-none">
      <p role="status" className="sr-only">
        {m.loading}
      </p>
      <div aria-hidden className="mx-auto w-full max-w-3xl px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6">
        <div className="h-13.5 rounded-2xl border border-input bg-card shadow-sm" />
        <div className="px-2 pt-1.5 text-center text-xs text-muted-foreground">
          <KeyHint isAnswering={false} />
        </div>
      </div>
    </main>
  );
}

/** The whole page before any script has run: it is part of the exported file. */
export function ChatOutline() {
  return (
    <div className="flex h-dvh overflow-hidden">
      <div className="hidden w-72 shrink-0 border-e bg-sidebar md:block" />
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="h-14 shrink-0 border-b">
          <h1 className="sr-only">Mosaic</h1>
        </div>
        <ChatMainOutline />
      </div>
    </div>
  );
}
