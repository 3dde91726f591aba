type Listener = (conversationId: string, revision: string | null) => void;

const listeners = new Set<Listener>();

/** Says that some page has saved another draft; `null`: that there is none any more. */
export const tellDraftNews: Listener = (conversationId, revision) => {
  for (const listener of listeners) listener(conversationId, revision);
};

/** The returned function ends it. */
export const onDraftNews = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
