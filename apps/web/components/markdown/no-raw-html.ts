/**
 * Stands in for `rehype-raw`, which Streamdown names among its defaults and Mosaic leaves out: HTML in an answer is text. The parser that it
 * would bring (parse5) is larger than all the rest of Markdown.
 */
// oxlint-disable-next-line import/no-default-export -- it takes the place of a module that has one
export default function noRawHtml(): () => undefined {
  return () => undefined;
}
