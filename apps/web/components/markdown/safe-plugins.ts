import { defaultRehypePlugins, detectTextDirection, type StreamdownProps } from "streamdown";
import { withOpenFences } from "@/components/markdown/open-fences";
import { textOf, type TreeElement } from "@/components/markdown/tree-text";

type Plugins = NonNullable<StreamdownProps["rehypePlugins"]>;

const blocks: ReadonlySet<string> = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "th", "td"]);

/** Each block reads from where its own first word does: a message may hold several languages. */
const withOwnDirection = () => (tree: { readonly children: TreeElement["children"] }) => {
  const mark = (nodes: TreeElement["children"]): void => {
    for (const node of nodes) {
      if (node.type !== "element") continue;
      if (blocks.has(node.tagName)) node.properties["dir"] = "auto";
      // A style sheet must know it, to leave room for the bullet on that side.
      if (node.tagName === "li") node.properties["dir"] = detectTextDirection(textOf(node));
      mark(node.children);
    }
  };
  mark(tree.children);
};

/** Without the one that turns HTML in a text into elements; `data:` is for pictures, which `MarkdownImage` judges. */
const safePlugins = (): Plugins => {
  const { raw: _raw, sanitize, ...others } = defaultRehypePlugins;
  if (!Array.isArray(sanitize)) throw new Error("Streamdown's sanitizer is not where it was.");
  const [plugin, schema] = sanitize;
  const widened = { ...schema, protocols: { ...schema.protocols, src: ["http", "https", "data"] } };
  return [[plugin, widened], ...Object.values(others), withOwnDirection, withOpenFences];
};

export const rehypePlugins: Plugins = safePlugins();
