"use client";

import { Archive, ArchiveRestore, ArrowRight, Keyboard, Monitor, Moon, Pencil, Pin, PinOff, Square, SquarePen, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import type { Conversation } from "@mosaic/contracts/chat";
import { useLeave } from "@/components/page/unsaved-guard";
import { adminGroups } from "@/features/admin-shell/admin-pages";
import { useMe } from "@/features/auth/session";
import { useChatAgents } from "@/features/chat/chat-agents";
import { useConversationActions } from "@/features/chat/conversation-actions";
import { useConversation } from "@/features/chat/conversation-queries";
import type { SearchAction } from "@/features/chat/search/search-actions";
import { useModifierKey } from "@/features/chat/search/search-button";
import { isActive } from "@/features/chat/turn";
import { stopTurn, useTurn } from "@/features/chat/turn-store";
import { keysOf } from "@/features/palette/shortcuts";
import { settingsGroups } from "@/features/settings/settings-pages";
import { m } from "@messages/palette";

export interface PaletteHandlers {
  readonly onRename: (conversation: Conversation) => void;
  readonly onShortcuts: () => void;
}

/** All that can be done here now, what belongs to the open conversation first. */
export const usePaletteActions = ({ onRename, onShortcuts }: PaletteHandlers): SearchAction[] => {
  const modifier = useModifierKey();
  return [
    ...useActionsOfConversation(onRename),
    ...useNewChats(),
    {
      id: "action-shortcuts",
      title: m.keyboardShortcuts,
      icon: <Keyboard aria-hidden />,
      keys: keysOf("list", modifier),
      isOffered: true,
      run: onShortcuts,
    },
    ...usePages(),
    ...useThemes(),
  ];
};

const nothing = (): void => undefined;

const useActionsOfConversation = (onRename: PaletteHandlers["onRename"]): SearchAction[] => {
  const wanted = useSearchParams().get("id");
  const id = usePathname() === "/chat" ? wanted : null;
  const isAnswering = isActive(useTurn(id));
  const conversation = useConversation(id).data;
  const { pin, archive } = useConversationActions(nothing);
  if (id === null || conversation === undefined) return [];
  const { isPinned, isArchived } = conversation;
  const stop = { id: "action-stop", title: m.stopTheAnswer, icon: <Square aria-hidden />, keys: "Escape", isOffered: true };
  return [
    ...(isAnswering ? [{ ...stop, run: () => stopTurn(id) }] : []),
    {
      id: "action-rename",
      title: m.renameThisConversation,
      icon: <Pencil aria-hidden />,
      isOffered: true,
      run: () => onRename(conversation),
    },
    ...(isArchived
      ? []
      : [
          {
            id: "action-pin",
            title: isPinned ? m.unpinThisConversation : m.pinThisConversation,
            icon: isPinned ? <PinOff aria-hidden /> : <Pin aria-hidden />,
            isOffered: true,
            run: () => pin(conversation, !isPinned),
          },
        ]),
    {
      id: "action-archive",
      title: isArchived ? m.unarchiveThisConversation : m.archiveThisConversation,
      icon: isArchived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />,
      isOffered: true,
      run: () => archive(conversation, !isArchived),
    },
  ];
};

const offeredAgents = 5;

const useNewChats = (): SearchAction[] => {
  const router = useRouter();
  const leave = useLeave();
  return (useChatAgents().data ?? []).map(({ id, name }, place) => ({
    id: `action-chat-${id}`,
    title: m.newChatWith(name),
    icon: <SquarePen aria-hidden />,
    isOffered: place < offeredAgents,
    run: () => leave(() => router.push(`/chat?agent=${id}`)),
  }));
};

const usePages = (): SearchAction[] => {
  const router = useRouter();
  const leave = useLeave();
  const isAdmin = useMe().data?.role === "admin";
  const of = (area: string, groups: typeof settingsGroups): SearchAction[] =>
    groups.flatMap(({ pages }) =>
      pages.map(({ href, name }) => ({
        id: `action-page-${href}`,
        title: `${area}: ${name}`,
        icon: <ArrowRight aria-hidden />,
        isOffered: false,
        run: () => leave(() => router.push(href)),
      })),
    );
  return [...of(m.settings, settingsGroups), ...(isAdmin ? of(m.admin, adminGroups) : [])];
};

const themes = [
  { theme: "light", title: m.lightTheme, icon: <Sun aria-hidden /> },
  { theme: "dark", title: m.darkTheme, icon: <Moon aria-hidden /> },
  { theme: "system", title: m.themeLikeTheSystems, icon: <Monitor aria-hidden /> },
];

const useThemes = (): SearchAction[] => {
  const { theme: current, setTheme } = useTheme();
  return themes
    .filter(({ theme }) => theme !== current)
    .map(({ theme, title, icon }) => ({ id: `action-theme-${theme}`, title, icon, isOffered: false, run: () => setTheme(theme) }));
};
