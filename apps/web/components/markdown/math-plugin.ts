import remarkMath from "remark-math";
import type { MathPlugin } from "streamdown";

/** Finds formulas; `Formula` sets them, so that nothing that is not text goes through the tree. */
export const mathPlugin: MathPlugin = {
  name: "katex",
  type: "math",
  remarkPlugin: [remarkMath, { singleDollarTextMath: false }],
  rehypePlugin: () => undefined,
};
