import type { MarkedText as Marked } from "@mosaic/contracts/search";
import { Fragment } from "react";

export function MarkedText({ text, marks }: Marked) {
  return marks.map(({ start, end }, index) => (
    <Fragment key={start}>
      {text.slice(marks[index - 1]?.end ?? 0, start)}
      <mark className="rounded-xs bg-warning-surface font-medium text-foreground underline decoration-warning decoration-2 underline-offset-2">
        {text.slice(start, end)}
      </mark>
      {index === marks.length - 1 ? text.slice(end) : null}
    </Fragment>
  ));
}

export const plainOrMarked = (marked: Marked) => (marked.marks.length === 0 ? marked.text : <MarkedText {...marked} />);
