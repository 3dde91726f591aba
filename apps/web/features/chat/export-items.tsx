import { Download } from "lucide-react";
import { MenuItem } from "@/components/ui/menu";
import { download } from "@/lib/download";
import { m } from "@messages/chat";

/** Of the menu of a conversation. */
export function ExportItems({ conversationId }: { readonly conversationId: string }) {
  const path = `/api/conversation-exports/${conversationId}`;
  return (
    <>
      <MenuItem onSelect={() => download(`${path}?format=markdown`)}>
        <Download aria-hidden />
        {m.exportAsMarkdown}
      </MenuItem>
      <MenuItem onSelect={() => download(path)}>
        <Download aria-hidden />
        {m.exportAsJsonLines}
      </MenuItem>
    </>
  );
}
