import { stageLabel } from "@/features/agents/stages";
import type { Turn } from "@/features/chat/turn";

const longestSpoken = 3000;

/** What a screen reader is told: the stages and how the turn ended, never the single pieces of an answer. */
export const turnAnnouncement = (turn: Turn | null, agentName: string): string => {
  if (turn === null) return "";
  const { end } = turn;
  if (end === null) return activeAnnouncement(turn, agentName);
  if (end.kind === "refused") return `Your message was not sent. ${end.problem.title}`;
  if (end.kind === "stopped") return "Stopped.";
  if (end.kind === "lost") return "The connection was lost.";
  if (end.message.status === "complete") return `${agentName} answered: ${plainText(end.message.content)}`;
  if (end.message.status === "stopped") return "Stopped in another window.";
  return end.message.error?.title ?? "The answer broke off.";
};

const activeAnnouncement = (turn: Turn, agentName: string): string => {
  if (turn.isReconnecting) return "Reconnecting.";
  const last = turn.parts.at(-1);
  if (last?.type === "tool_call" && last.state === "running") return `${agentName} is using ${last.name}.`;
  if (last?.type === "reasoning") return `${agentName} is thinking.`;
  if (last !== undefined) return `${agentName} is answering.`;
  if (turn.notice !== null) return turn.notice;
  if (turn.stage !== null) return `Starting ${agentName}: ${stageLabel(turn.stage)}.`;
  return "";
};

const plainText = (markdown: string): string =>
  markdown
    .replace(/```[^\n]*\n?/g, "")
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replace(/^[#>\s]+|[*_`~]/gm, "")
    .slice(0, longestSpoken)
    .trim();
