import { use, type ComponentProps } from "react";
import type { ExtraProps } from "streamdown";
import { InLink } from "@/components/markdown/in-link";
import { hostToShow, parsedAddress } from "@/components/markdown/link-host";
import { textOf } from "@/components/markdown/tree-text";

/** Only what a person can follow knowingly: web and mail addresses, in a new tab, without telling where they came from. */
export function SafeLink({ href, children, node }: ComponentProps<"a"> & ExtraProps) {
  const isInside = use(InLink);
  const address = href === undefined ? null : parsedAddress(href);
  if (address === null || isInside) return <span>{children}</span>;
  const host = hostToShow(address, node === undefined ? "" : textOf(node));
  return (
    <a
      href={address.href}
      title={address.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="break-words font-medium text-primary underline decoration-primary/40 underline-offset-4 hover:decoration-primary"
    >
      <InLink value={true}>
        <bdi>{children}</bdi>
      </InLink>
      {host === null ? null : (
        <>
          {" "}
          <bdi className="text-muted-foreground">({host})</bdi>
        </>
      )}
    </a>
  );
}
