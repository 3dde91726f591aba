import { stageLabel } from "@/features/agents/stages";
import { longestSpoken, nothingSpoken, type Spoken } from "@/features/chat/spoken-answer";
import type { Turn } from "@/features/chat/turn";

/** What a screen reader is told: the stages, the answer in whole sentences, and how the turn ended. */
export const turnAnnouncement = (turn: Turn | null, agentName: string, spoken: Spoken = nothingSpoken): string => {
  if (turn === null) return "";
  const { end } = turn;
  if (end === null) return activeAnnouncement(turn, agentName, spoken);
  if (end.kind === "refused") return `Your message was not sent. ${end.problem.title}`;
  if (end.kind === "stopped") return "Stopped.";
  if (end.kind === "lost") return "The connection was lost.";
  if (end.message.status === "complete") return answered(end.message.content, agentName, spoken);
  if (end.message.status === "stopped") return "Stopped in another window.";
  return end.message.error?.title ?? "The answer broke off.";
};

const answered = (content: string, agentName: string, { upTo }: Spoken): string => {
  if (upTo === 0) return `${agentName} answered: ${plainText(content)}`;
  const rest = upTo > longestSpoken ? "" : plainText(content.slice(upTo));
  return rest === "" ? `${agentName} has answered.` : rest;
};

const activeAnnouncement = (turn: Turn, agentName: string, spoken: Spoken): string => {
  if (turn.isReconnecting) return "Reconnecting.";
  const last = turn.parts.at(-1);
  if (last?.type === "tool_call" && last.state === "running") return `${agentName} is using ${last.name}.`;
  if (last?.type === "reasoning") return `${agentName} is thinking.`;
  if (last !== undefined) return plainText(spoken.words) || `${agentName} is answering.`;
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
