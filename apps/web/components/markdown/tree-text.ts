import type { ExtraProps } from "streamdown";

export type TreeElement = NonNullable<ExtraProps["node"]>;
type TreeNode = TreeElement["children"][number];

/** What an element says, as it was written: of a picture its description, of a formula its source. */
export const textOf = (node: TreeNode): string => {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return "";
  if (node.tagName === "br") return "\n";
  if (node.tagName === "img") return typeof node.properties["alt"] === "string" ? node.properties["alt"] : "";
  return node.children.map(textOf).join("");
};

export const elementsIn = (node: TreeElement, tagName: string): TreeElement[] =>
  node.children.flatMap((child) => {
    if (child.type !== "element") return [];
    return child.tagName === tagName ? [child] : elementsIn(child, tagName);
  });

/** The first word after a fence, in small letters; "" where there is none. */
export const languageOf = (code: TreeElement): string => {
  const classes = code.properties["className"];
  const named = Array.isArray(classes) ? classes.map(String).find((name) => name.startsWith("language-")) : undefined;
  return named === undefined ? "" : named.slice("language-".length).toLowerCase();
};
