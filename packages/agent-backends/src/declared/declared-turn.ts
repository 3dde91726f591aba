import type { DeclaredBackend } from "@mosaic/contracts/declared-backend";
import type { GatewayRequest, TurnRequestInput } from "../agent-backend.js";

type Rules = Pick<DeclaredBackend, "key" | "session" | "history" | "model">;

/** A turn as OpenAI's chat API has it, with what the declaration says of sessions, history, model and key. */
export function declaredTurnRequest(rules: Rules, input: TurnRequestInput): GatewayRequest {
  const { gatewayToken, text, images = [], history = [] } = input;
  const { key, session } = rules;
  const conversation = `conv-${input.session}`;
  const shown = images.map(({ mediaType, base64 }) => ({ type: "image_url", image_url: { url: `data:${mediaType};base64,${base64}` } }));
  const message = { role: "user", content: shown.length === 0 ? text : [{ type: "text", text }, ...shown] };
  return {
    path: "/v1/chat/completions",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(key === null ? {} : { [key.header]: key.prefix + gatewayToken }),
      ...(session.by === "header" ? { [session.name]: conversation } : {}),
    },
    body: JSON.stringify({
      ...modelField(rules.model, input.model),
      ...(session.by === "user" ? { user: conversation } : {}),
      ...(session.by === "body" ? { [session.field]: conversation } : {}),
      stream: true,
      messages: rules.history === "whole" ? [...history.map(({ role, content }) => ({ role, content })), message] : [message],
    }),
  };
}

function modelField(rule: Rules["model"], configured: string | undefined): { model?: string } {
  if (rule.send === "literal") return { model: rule.name };
  return rule.send === "configured" && configured !== undefined ? { model: configured } : {};
}
