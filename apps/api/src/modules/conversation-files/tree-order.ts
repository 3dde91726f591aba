import type { MessagePlace } from "./conversation-files.types.js";

/** Some messages that follow each other. `after`: what the first of them answers, if another branch has it. */
interface Branch<Place> {
  readonly after: string | null;
  readonly messages: readonly Place[];
}

/**
 * A conversation as a reader takes it: the branch that ends with `activeId` first, then what was left of it, each message in one branch alone. `places`
 * have parents before their children.
 */
export function branchesOf<Place extends Pick<MessagePlace, "id" | "parentId">>(
  places: readonly Place[],
  activeId: string | null,
): Branch<Place>[] {
  const byId = new Map(places.map((place) => [place.id, place]));
  const children = new Set(places.flatMap(({ parentId }) => (parentId === null ? [] : [parentId])));
  const taken = new Set<string>();
  const branchTo = (leaf: Place): Branch<Place> => {
    const messages: Place[] = [];
    let at: Place | undefined = leaf;
    while (at !== undefined && !taken.has(at.id)) {
      taken.add(at.id);
      messages.push(at);
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    return { after: at?.id ?? null, messages: messages.toReversed() };
  };
  const active = (activeId === null ? undefined : byId.get(activeId)) ?? places.at(-1);
  const leaves = places.filter(({ id }) => !children.has(id));
  return (active === undefined ? [] : [active, ...leaves]).flatMap((leaf) => {
    const branch = branchTo(leaf);
    return branch.messages.length === 0 ? [] : [branch];
  });
}
