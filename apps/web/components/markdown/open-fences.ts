import type { TreeElement } from "@/components/markdown/tree-text";

const opening = /^(`{3,}|~{3,})/;
const property = "dataOpenFence";

/** Says of each block of code whether its fence is open still, also in a quote or a list: Streamdown looks for one at the margin alone. */
export const withOpenFences = () => (tree: { readonly children: TreeElement["children"] }, file: { toString: () => string }) => {
  const source = file.toString();
  const mark = (nodes: TreeElement["children"]): void => {
    for (const node of nodes) {
      if (node.type !== "element") continue;
      if (node.tagName === "pre") node.properties[property] = isOpen(source, node);
      else mark(node.children);
    }
  };
  mark(tree.children);
};

const isOpen = (source: string, { position }: TreeElement): boolean => {
  const lines = source.slice(position?.start.offset ?? 0, position?.end.offset ?? 0).split("\n");
  const fence = opening.exec(lines[0] ?? "")?.[1];
  if (fence === undefined) return false;
  // What stands before it in its line belongs to the quote.
  const end = (lines.length > 1 ? lines.at(-1) : "")?.replace(/^[\s>]+/, "").trimEnd() ?? "";
  return end.length < fence.length || end !== (fence[0] ?? "").repeat(end.length);
};

export const hasOpenFence = (node: TreeElement | undefined): boolean => node?.properties[property] === true;
