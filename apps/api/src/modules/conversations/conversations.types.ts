import type { MessageRole, MessageStatus } from "@mosaic/contracts/chat";

/** A message as it is stored: its text is sealed. */
export interface StoredMessage {
  readonly id: string;
  readonly role: MessageRole;
  readonly contentEncrypted: string;
  readonly status: MessageStatus;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  readonly createdAt: Date;
}

export interface StoredConversation {
  readonly id: string;
  readonly agentId: string;
  readonly titleEncrypted: string;
  readonly memoryGivenAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How an answer ended. */
export interface AnswerEnd {
  readonly status: Exclude<MessageStatus, "streaming">;
  readonly error: { readonly code: string; readonly detail: string } | null;
}

/** A turn that has begun: both of its messages are stored. */
export interface BegunTurn {
  readonly userId: string;
  readonly agentId: string;
  readonly conversationId: string;
  readonly answerId: string;
  readonly answerCreatedAt: Date;
}
