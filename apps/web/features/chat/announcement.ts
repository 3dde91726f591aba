import { stageLabel } from "@/features/agents/stages";
import { longestSpoken, nothingSpoken, type Spoken } from "@/features/chat/spoken-answer";
import type { Turn } from "@/features/chat/turn";
import { m } from "@messages/chat";

/** What a screen reader is told: the stages, the answer in whole sentences, and how the turn ended. */
export const turnAnnouncement = (turn: Turn | null, agentName: string, spoken: Spoken = nothingSpoken): string => {
  if (turn === null) return "";
  const { end } = turn;
  if (end === null) return activeAnnouncement(turn, agentName, spoken);
  if (end.kind === "refused") return m.yourMessageWasNotSent(end.problem.title);
  if (end.kind === "stopped") return m.stopped;
  if (end.kind === "lost") return m.theConnectionWasLost;
  if (end.message.status === "complete") return answered(end.message.content, agentName, spoken);
  if (end.message.status === "stopped" && end.message.error === null) return m.stoppedInAnotherWindow;
  return end.message.error?.title ?? m.theAnswerBrokeOff;
};

const answered = (content: string, agentName: string, { upTo }: Spoken): string => {
  if (upTo === 0) return m.answered(agentName, plainText(content));
  const rest = upTo > longestSpoken ? "" : plainText(content.slice(upTo));
  // The last words alone do not tell that nothing more comes.
  return `${rest.replace(/(?<=[\p{L}\p{N}])$/u, ".")} ${m.hasAnswered(agentName)}`.trimStart();
};

const activeAnnouncement = (turn: Turn, agentName: string, spoken: Spoken): string => {
  if (turn.isReconnecting) return m.reconnecting;
  const last = turn.parts.at(-1);
  if (last?.type === "tool_call" && last.isForClient === true) return m.hasAskedYourProgram(agentName, last.name);
  if (last?.type === "tool_call" && last.state === "running") return m.isUsing(agentName, last.name);
  if (last?.type === "reasoning") return m.isThinking(agentName);
  if (last !== undefined) return plainText(spoken.words) || m.isAnswering(agentName);
  if (turn.notice !== null) return turn.notice;
  if (turn.stage !== null) return m.starting(agentName, stageLabel(turn.stage));
  return "";
};

const plainText = (markdown: string): string =>
  markdown
    .replace(/```[^\n]*\n?/g, "")
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, "$1")
    .replace(/^[#>\s]+|[*_`~]/gm, "")
    .slice(0, longestSpoken)
    .trim();
