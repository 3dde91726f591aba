/** A sentence with places for values. */
interface Form {
  /** What stands around the values. */
  readonly parts: readonly string[];
  readonly translated: string;
}

/** Longer ones are no words of the API. */
const maxLength = 4_000;
const maxDepth = 3;
const maxKept = 300;

/**
 * Says a text in another language. `sentences`: by the English, with `{0}` for values, which are sentences of their own or stay as they are. Of a text of
 * several sentences each is looked for; `asNumber` writes values that are numbers as the language does. Linear in the text's length for each form.
 */
export const readerOf = (
  sentences: Readonly<Record<string, string>>,
  asNumber: (value: string) => string = (value) => value,
): ((text: string) => string) => {
  const entries = Object.entries(sentences);
  if (entries.length === 0) return (text) => text;
  const whole = new Map(entries.filter(([english]) => !english.includes("{0}")));
  const forms = entries.filter(([english]) => english.includes("{0}")).map(([english, translated]) => formOf(english, translated));
  // What says more itself goes first.
  forms.sort((one, other) => literalLength(other) - literalLength(one));
  const kept = new Map<string, string>();

  const sentence = (text: string, depth: number): string | null => {
    const known = whole.get(text);
    if (known !== undefined) return known;
    for (const { parts, translated } of forms) {
      const values = valuesIn(text, parts);
      if (values !== null) return filled(translated, values, (value) => asNumber(depth < maxDepth ? read(value, depth + 1) : value));
    }
    return null;
  };
  const read = (text: string, depth: number): string => {
    const each = text.split(/(?<=[.!?]”?) (?=\S)/).map((one) => ({ one, known: sentence(one, depth) }));
    // A value may hold sentences, too: what is made of known ones is no form with one value in it.
    const isMadeOfKnown = each.every(({ known }) => known !== null);
    const whole = isMadeOfKnown || each.length === 1 ? null : sentence(text, depth);
    return whole ?? each.map(({ one, known }) => known ?? one).join(" ");
  };
  return (text) => {
    if (text.length > maxLength) return text;
    const known = kept.get(text) ?? read(text, 0);
    if (kept.size >= maxKept) kept.clear();
    kept.set(text, known);
    return known;
  };
};

/** Values are numbered in their order. */
const formOf = (english: string, translated: string): Form => ({ parts: english.split(/\{\d+\}/), translated });

const literalLength = ({ parts }: Form): number => parts.join("").length;

/** `null`: the text has another form. */
const valuesIn = (text: string, parts: readonly string[]): string[] | null => {
  const [first = "", ...rest] = parts;
  if (!text.startsWith(first)) return null;
  const values: string[] = [];
  let from = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const at = isLast ? (text.endsWith(part) ? text.length - part.length : -1) : text.indexOf(part, from + 1);
    if (at <= from) return null;
    values.push(text.slice(from, at));
    from = at + part.length;
  }
  return values;
};

const filled = (translated: string, values: readonly string[], read: (value: string) => string): string =>
  translated.replaceAll(/\{(\d+)\}/g, (_, number: string) => read(values[Number(number)] ?? ""));
