import { expect, test } from "vitest";
import { AppError } from "../../platform/errors/app-error.js";
import { readResponsesRequest } from "./responses-request.js";

const answerId = "01890a5d-ac96-774b-bcce-b302099a8057";
const otherId = "01890a5d-ac96-774b-bcce-b302099a8058";
const pixel = "data:image/png;base64,iVBORw0KGgo=";

function read(body: object): ReturnType<typeof readResponsesRequest> {
  return readResponsesRequest({ model: "openclaw", ...body });
}

function faultsOf(body: object): readonly string[] {
  try {
    read(body);
  } catch (error) {
    return error instanceof AppError ? (error.errors ?? []).map(({ path }) => path) : [String(error)];
  }
  return [];
}

const said = { files: [], calls: [], callId: null };

test("a text is a message of the user's", () => {
  const { request, conversation, told } = read({ input: "Hello", instructions: "Be brief" });
  expect(request).toEqual({
    model: "openclaw",
    messages: [{ role: "user", text: "Hello", ...said }],
    instructions: "Be brief",
    isStreamed: false,
    wantsUsage: true,
    isBackground: false,
    tools: [],
    toolChoice: null,
    names: [],
    after: null,
    ignored: [],
  });
  expect(conversation).toBeNull();
  expect(told).toMatchObject({ instructions: "Be brief", toolChoice: "auto", tools: [], metadata: {}, isStored: true });
});

test("items become messages: calls belong to the answer before them, instructions to all of it", () => {
  const { request } = read({
    instructions: "One",
    input: [
      { role: "system", content: "Two" },
      {
        role: "user",
        content: [
          { type: "input_text", text: "Look" },
          { type: "input_image", image_url: pixel, detail: "auto" },
        ],
      },
      { type: "reasoning", id: "rs_1", summary: [] },
      {
        type: "message",
        id: "msg_1",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: "I look", annotations: [] }],
      },
      { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: "{}", status: "completed" },
      { type: "function_call", call_id: "call_2", name: "look", arguments: '{"far":true}' },
      { type: "function_call_output", call_id: "call_1", output: "A tree" },
      { type: "function_call_output", call_id: "call_2", output: [{ type: "input_text", text: "A hill" }] },
      { type: "message", role: "developer", content: [{ type: "input_text", text: "Three" }] },
      { role: "user", content: [{ type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" }] },
    ],
  });
  expect(request.instructions).toBe("One\n\nTwo\n\nThree");
  const calls = [
    { id: "call_1", name: "look", arguments: "{}" },
    { id: "call_2", name: "look", arguments: '{"far":true}' },
  ];
  expect(request.messages).toEqual([
    { ...said, role: "user", text: "Look", files: [{ name: "image.png", base64: "iVBORw0KGgo=" }] },
    { ...said, role: "assistant", text: "I look", calls },
    { ...said, role: "tool", text: "A tree", callId: "call_1" },
    { ...said, role: "tool", text: "A hill", callId: "call_2" },
    { ...said, role: "user", text: "", files: [{ name: "a.pdf", base64: "JVBERg==" }] },
  ]);
  expect(request.ignored).toEqual(["input.reasoning"]);
});

test("a call without words before it is an answer of its own", () => {
  const { request } = read({
    input: [
      { role: "user", content: "Look" },
      { type: "function_call", call_id: "call_1", name: "look", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: "A tree" },
    ],
  });
  expect(request.messages.map(({ role, calls }) => [role, calls.length])).toEqual([
    ["user", 0],
    ["assistant", 1],
    ["tool", 0],
  ]);
});

test("function tools take the form of chat completions, and what nothing looks at is named", () => {
  const { request, told } = read({
    input: "Hello",
    stream: true,
    background: true,
    store: false,
    temperature: 0.5,
    top_p: null,
    tools: [
      { type: "function", name: "look", description: null, parameters: { type: "object" }, strict: true },
      { type: "web_search_preview" },
    ],
    tool_choice: { type: "function", name: "look" },
  });
  expect(request.tools).toEqual([{ type: "function", function: { name: "look", parameters: { type: "object" }, strict: true } }]);
  expect(request.toolChoice).toEqual({ type: "function", function: { name: "look" } });
  expect(request).toMatchObject({ isStreamed: true, isBackground: true, ignored: ["temperature", "tools.web_search_preview"] });
  expect(told).toMatchObject({ isStored: false, toolChoice: { type: "function", name: "look" } });
  expect(told.tools).toHaveLength(2);
  const hosted = read({ input: "Hello", tool_choice: { type: "web_search_preview" } }).request;
  expect([hosted.toolChoice, hosted.ignored]).toEqual([null, ["tool_choice.type"]]);
});

test.each([
  [{ conversation: "plans" }, "plans"],
  [{ conversation: { id: "plans" } }, "plans"],
  [{}, null],
])("a conversation's name: %j", (body, name) => {
  expect(read({ input: "Hello", ...body }).conversation).toBe(name);
});

test("metadata and the user may name the conversation, too", () => {
  expect(read({ input: "Hello", metadata: { conversation_id: "a" }, user: "conv:b" }).request.names).toEqual(["a", "b"]);
});

test("a request goes on from the response before, or from the last answer that its input names", () => {
  const before = read({ input: "And?", previous_response_id: `resp_${answerId}` });
  expect([before.request.after, before.afterPath, before.told.previousResponseId]).toEqual([
    answerId,
    "previous_response_id",
    `resp_${answerId}`,
  ]);
  const named = read({
    input: [
      { role: "developer", content: "Be brief" },
      { role: "user", content: "One" },
      { type: "item_reference", id: `msg_${otherId}` },
      { role: "user", content: "Two" },
      { type: "item_reference", id: `msg_${answerId}` },
      { type: "item_reference", id: `fc_${answerId}_0` },
      { type: "function_call_output", call_id: "call_1", output: "Three" },
    ],
  });
  expect([named.request.after, named.afterPath, named.request.instructions]).toEqual([answerId, "input.5.id", "Be brief"]);
  expect(named.request.messages).toEqual([{ ...said, role: "tool", text: "Three", callId: "call_1" }]);
});

test.each([
  ["no input", {}, ["input"]],
  [
    "nothing new",
    {
      input: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
      ],
    },
    ["input"],
  ],
  ["only blanks", { input: " \n" }, ["input"]],
  ["an empty list", { input: [] }, ["input"]],
  ["an unknown item", { input: [{ type: "computer_call_output", call_id: "1" }] }, ["input.0.type"]],
  ["an unknown role", { input: [{ role: "robot", content: "Hi" }] }, ["input.0.role"]],
  [
    "an image elsewhere",
    { input: [{ role: "user", content: [{ type: "input_image", image_url: "https://example.com/a.png" }] }] },
    ["input.0.content.0.image_url"],
  ],
  [
    "a file that was uploaded",
    { input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }] },
    ["input.0.content.0.file_data"],
  ],
  ["a response of somebody else's making", { input: "Hi", previous_response_id: "resp_68a" }, ["previous_response_id"]],
  [
    "an item of somebody else's making",
    {
      input: [
        { type: "item_reference", id: "rs_68a" },
        { role: "user", content: "Hi" },
      ],
    },
    ["input.0.id"],
  ],
  ["two places", { input: "Hi", conversation: "a", previous_response_id: `resp_${answerId}` }, ["previous_response_id"]],
  ["a function without a name", { input: "Hi", tools: [{ type: "function" }] }, ["tools.0.name"]],
  ["a model that is no name", { input: "Hi", model: 4 }, ["model"]],
])("refused, with the field: %s", (_, body, paths) => {
  expect(faultsOf(body)).toEqual(paths);
});
