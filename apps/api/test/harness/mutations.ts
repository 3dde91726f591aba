import fc from "fast-check";

type Place = readonly (string | number)[];

const oddities: readonly unknown[] = [
  null,
  "",
  "\ud800",
  "a".repeat(5_000),
  -1,
  1e308,
  2 ** 53,
  0.1,
  [],
  {},
  [null],
  true,
  "' OR 1=1 --",
  "../../etc/passwd",
  "01890a5d-ac96-774b-bcce-b302099a8057",
];

const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...oddities));
const acts = ["replace", "replace", "replace", "remove", "add", "repeat", "flood"] as const;

/** A valid body in which one thing is something else, however deep it is: replaced, left out, beside another, twice, or far too often. */
export function mutationsOf(body: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(body);
  const names = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("__proto__", "constructor", "toString", "id", "0", ""));
  return fc.tuple(fc.constantFrom(...places), fc.constantFrom(...acts), anything, names).map(([place, act, value, name]) => {
    const mutated: unknown = structuredClone(body);
    const parent = place.slice(0, -1).reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], mutated);
    const key = place.at(-1);
    return key === undefined ? addTo(mutated, name, value) : actOn(mutated, parent, key, act, name, value);
  });
}

function placesOf(value: unknown, at: Place = []): Place[] {
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((element: unknown, index) => [index, element] as const)
    : typeof value === "object" && value !== null
      ? Object.entries(value)
      : [];
  return [at, ...entries.flatMap(([key, inner]) => placesOf(inner, [...at, key]))];
}

function actOn(whole: unknown, parent: unknown, key: string | number, act: (typeof acts)[number], name: string, value: unknown): unknown {
  const holder = parent as Record<string | number, unknown>;
  if (act === "add") {
    holder[key] = addTo(holder[key], name, value);
  } else if (act === "replace") {
    holder[key] = value;
  } else if (Array.isArray(parent) && typeof key === "number") {
    const times = act === "remove" ? 0 : act === "repeat" ? 2 : 300;
    parent.splice(key, 1, ...Array.from({ length: times }, () => structuredClone<unknown>(parent[key])));
  } else if (act === "remove") {
    // oxlint-disable-next-line typescript/no-dynamic-delete
    delete holder[key];
  } else {
    const times = act === "repeat" ? 1 : 300;
    holder[key] = Array.from({ length: times }, () => structuredClone(holder[key]));
  }
  return whole;
}

/** A field beside the others, or what is no object inside of one. */
function addTo(target: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(target)) {
    return [...(target as unknown[]), value];
  }
  const object = typeof target === "object" && target !== null ? target : { inner: target };
  // Whatever the name: an assignment to `__proto__` would not be a field.
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  return object;
}
