const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Where an agent puts what it makes for the person of one conversation, below its workspace. */
export function outboxOf(outbox: string, conversationId: string): string {
  return `${outbox}/${conversationId}`;
}

/** Of a path below an outbox. What lies in no conversation's folder is of none. */
export function isOfOtherConversation(path: string, conversationId: string): boolean {
  const [folder = "", ...rest] = path.split("/");
  return rest.length > 0 && uuid.test(folder) && folder.toLowerCase() !== conversationId;
}

/** The text of a message as its agent gets it, with the place for what the agent makes. */
export function withOutbox(text: string, place: string): string {
  return `${text}\n\n[Files that you make for this person in this conversation: put them into ${place}]`;
}
