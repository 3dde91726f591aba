import { z } from "zod";

/**
 * The one place that says what is wrong with a field, in Mosaic's words. What a schema finds by itself is worded by the kind of its issue; what one
 * of ours finds is named here, by its code, and the schema takes the words from `says`. A page in another language goes by the code and its arguments.
 */
export const says = {
  address_http: "A web address that begins with http:// or https://",
  address_https: "A web address that begins with https://",
  address_needed: "The address of the provider is needed",
  address_query: "No ? or # in the address",
  address_user: "No user name or password in the address",
  after_or_before: "Either after or before",
  beyond_reach: "Pages end after the first 10,000: search or filter to find the rest",
  body_field_taken: "Mosaic sends a field of this name itself: choose another one",
  choose_model: "Choose at least one model",
  choose_scope: "Choose what the token may do",
  command_needed: "The command that starts the agent is needed: Mosaic's supervisor takes the place of the image's entrypoint",
  control_characters: "No control characters",
  domain: "A domain such as example.org",
  event_number: "This is not an event number",
  file_twice: "Another of these files has this path, or lies in it",
  header_name: "A header in small letters, such as x-session-id",
  header_safe: "Only printable characters without spaces",
  header_taken: "Mosaic sends this header itself: choose another one",
  image_name: "An image name such as mosaic/openclaw:2026.9.6",
  invite_code: "This is not an invite code",
  line_breaks: "No line breaks or control characters",
  network_not_yet: "Operators can't allow this yet: leave it empty",
  no_spaces_or_quotes: "No spaces or quotes",
  once_each: "Each only once",
  one_of_three_places: "Give one of before, after and around",
  openid_needed: "openid is needed",
  password_length: "At least 12 characters",
  password_name: "Does not contain the user name",
  password_variety: "At least 5 different characters",
  path_absolute: "A path such as /home/agent/data, without . and ..",
  path_of_address: "A path such as /health",
  path_of_system: "The system or Mosaic needs this folder: choose another one",
  path_relative: "A path such as config/settings.json, without a slash at its beginning, . and ..",
  pinned_or_archived: "A conversation is either pinned or archived",
  place_of_answer: "Use the cursor from an earlier answer, or leave it out for the first page",
  secret_in_command: "Other programs can read a command: hand over the key in a variable",
  secret_in_state: "A key may not stay on the disk: choose the root run, or hand over the key in a variable",
  share_link: "This is not a link to a shared conversation",
  too_many_variables: "At most 100 variables",
  unknown_action: "The audit log has no such action or group of actions.",
  username: "3 to 32 letters, digits, dots, dashes or underscores; begins and ends with a letter or digit",
  variable_name: "Letters, digits and underscores, such as LLM_URL",
  variable_taken: "Mosaic or its supervisor needs this variable: choose another one",
  variable_twice: "This variable has a value already: leave it out of the other ones",
  what_to_change: "Say what to change",
  write_something: "Write something first",
} as const;

export type FaultArgs = Readonly<Record<string, string | number>>;

interface Fault {
  readonly code: string;
  readonly args?: FaultArgs;
}

/** A finished issue of zod, or one that still has to be worded; only the latter has its input. */
type Issue = { readonly code?: string | undefined; readonly message?: string | undefined } & Readonly<Record<string, unknown>>;

const codeOfWords: ReadonlyMap<string, string> = new Map(Object.entries(says).map(([code, words]) => [words, code]));

/** What an issue comes to, for whoever words it themselves. */
export function faultOf(issue: Issue): Fault {
  const named = issue.message === undefined ? undefined : codeOfWords.get(issue.message);
  if (named !== undefined) {
    return { code: named };
  }
  return issue.message === missing ? { code: "missing" } : (kinds[issue.code as IssueCode] ?? kinds.custom)(issue).fault;
}

/** The words of an issue that its schema has none for. */
export function wordsOfIssue(issue: Issue): string {
  return (kinds[issue.code as IssueCode] ?? kinds.custom)(issue).words;
}

type IssueCode = z.core.$ZodIssue["code"];

interface Worded {
  readonly fault: Fault;
  readonly words: string;
}

const missing = "This is missing";

const kinds: Readonly<Record<IssueCode, (issue: Issue) => Worded>> = {
  invalid_type: ({ expected, input, message }) =>
    input === undefined && message === undefined
      ? worded("missing", missing)
      : worded(
          "wrong_kind",
          expected === "never" ? "This can't be given here" : `This must be ${typeNames[String(expected)] ?? "something else"}`,
          { expected: String(expected) },
        ),
  too_big: (issue) => size(issue, "maximum"),
  too_small: (issue) => size(issue, "minimum"),
  invalid_format: ({ format }) => {
    const [code, words] = formats[String(format)] ?? ["bad_form", "This has characters that are not allowed here, or the wrong format"];
    return worded(code, words);
  },
  not_multiple_of: ({ divisor }) => worded("not_multiple_of", `A multiple of ${Number(divisor)}`, { divisor: Number(divisor) }),
  unrecognized_keys: ({ keys }) => {
    const fields = listed(keys);
    return worded("unknown_field", `There is no such field: ${fields}`, { fields });
  },
  invalid_value: ({ values }) => {
    const choices = listed(values, 30);
    return worded("unknown_choice", `Not one of the choices: ${choices}`, { choices });
  },
  invalid_union: ({ options }) =>
    Array.isArray(options) && options.length > 0
      ? worded("unknown_choice", `Not one of the choices: ${listed(options, 30)}`, { choices: listed(options, 30) })
      : worded("no_form_fits", "This has none of the forms that are possible here"),
  invalid_key: () => worded("bad_key", "A name in this is not allowed"),
  invalid_element: () => worded("bad_element", "An entry of this is not allowed"),
  custom: ({ params }) => {
    const placeholder = typeof params === "object" && params !== null && "placeholder" in params ? String(params.placeholder) : undefined;
    return placeholder === undefined
      ? worded("refused", "This is not possible here")
      : worded("unknown_placeholder", `There is no placeholder ${placeholder}; write $$ in place of $ for a text that is none`, {
          placeholder,
        });
  },
};

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object with fields",
  record: "an object with fields",
  date: "a date",
  null: "null",
  undefined: "left out",
};

const formats: Readonly<Record<string, readonly [code: string, words: string]>> = {
  url: ["not_an_address", "This is not an address; one begins with https://"],
  email: ["not_an_email", "This is not an e-mail address"],
  uuid: ["not_an_id", "This is not an id"],
  datetime: ["not_a_time", "A date and time such as 2026-01-31T08:00:00Z"],
  date: ["not_a_date", "A date such as 2026-01-31"],
};

/** By what is counted. A bound of one is told as what it means: that nothing was entered or chosen. */
function size(issue: Issue, bound: "minimum" | "maximum"): Worded {
  const limit = Number(issue[bound]);
  const isMaximum = bound === "maximum";
  const said = `At ${isMaximum ? "most" : "least"} ${limit.toLocaleString("en")}`;
  const args = { [bound]: limit };
  if (issue["origin"] === "string") {
    const text = `${said} ${limit === 1 ? "character" : "characters"}`;
    return !isMaximum && limit === 1
      ? worded("empty", "This can't be empty")
      : worded(isMaximum ? "too_long" : "too_short", `${text}${counted(issue["input"], "has")}`, args);
  }
  if (issue["origin"] === "array" || issue["origin"] === "set") {
    return !isMaximum && limit === 1
      ? worded("none_chosen", "Choose at least one")
      : worded(isMaximum ? "too_many" : "too_few", `${said} of these${counted(issue["input"], "are")}`, args);
  }
  return worded(isMaximum ? "too_large" : "too_low", said, args);
}

function counted(input: unknown, verb: "has" | "are"): string {
  if (typeof input !== "string" && !Array.isArray(input)) {
    return "";
  }
  const length = input.length.toLocaleString("en");
  return verb === "has" ? `; this has ${length}` : `; these are ${length}`;
}

/** What a caller sent may be long and strange. */
function listed(values: unknown, most = 5): string {
  const all: readonly unknown[] = Array.isArray(values) ? values : [];
  const shown = all.slice(0, most).map((value) => String(value).slice(0, 40));
  return `${shown.join(", ")}${all.length > most ? ", …" : ""}`;
}

function worded(code: string, words: string, args?: FaultArgs): Worded {
  return { fault: args === undefined ? { code } : { code, args }, words };
}

// What a schema says itself goes first.
z.config({ localeError: wordsOfIssue });
