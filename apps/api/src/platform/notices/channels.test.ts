import { randomUUIDv7 } from "node:crypto";
import { expect, test } from "vitest";
import { channelNames, read, written, type Channel, type Notice } from "./channels.js";

const id = "0198c1b2-7a60-7c3e-8f00-0123456789ab";

/** Each way of a payload, and the text of it that processes of former releases read and write. */
const known: readonly (readonly [Notice, string])[] = [
  [{ channel: "mosaic_agent_config", payload: { ownerId: null } }, "*"],
  [{ channel: "mosaic_agent_config", payload: { ownerId: id } }, id],
  [
    { channel: "mosaic_agent_reports", payload: { agentId: id, status: { phase: "ready", generation: "g" } } },
    `{"agentId":"${id}","status":{"phase":"ready","generation":"g"}}`,
  ],
  [{ channel: "mosaic_backends", payload: "" }, ""],
  [{ channel: "mosaic_boot_queue", payload: "" }, ""],
  [
    { channel: "mosaic_owner_events", payload: { userId: null, event: { type: "conversation", conversationId: id } } },
    `{"userId":null,"event":{"type":"conversation","conversationId":"${id}"}}`,
  ],
  [{ channel: "mosaic_sessions", payload: { sessionId: id } }, `{"sessionId":"${id}"}`],
  [{ channel: "mosaic_sessions", payload: { tokenId: id } }, `{"tokenId":"${id}"}`],
  [{ channel: "mosaic_sessions", payload: { userId: id } }, `{"userId":"${id}"}`],
  [{ channel: "mosaic_settings", payload: "key_ring" }, "key_ring"],
  [{ channel: "mosaic_turns", payload: { what: "more", answerId: id } }, `{"what":"more","answerId":"${id}"}`],
  [{ channel: "mosaic_turns", payload: { what: "over", answerId: id } }, `{"what":"over","answerId":"${id}"}`],
  [{ channel: "mosaic_turns", payload: { what: "stop", answerId: id } }, `{"what":"stop","answerId":"${id}"}`],
  [{ channel: "mosaic_turns", payload: { what: "gone", conversationId: id } }, `{"what":"gone","conversationId":"${id}"}`],
];

test.each(known)("%j is written so that every process reads it", (notice, text) => {
  expect(written(notice)).toBe(text);
  expect(read(notice.channel, text)).toEqual(notice.payload);
});

test("every channel is in the table above", () => {
  expect(new Set(known.map(([{ channel }]) => channel))).toEqual(new Set(channelNames));
});

test.each([
  ["mosaic_agent_config", ""],
  ["mosaic_agent_config", '{"ownerId":null}'],
  ["mosaic_agent_config", "everybody"],
  ["mosaic_agent_reports", "ready"],
  ["mosaic_agent_reports", `{"agentId":"${id}"}`],
  ["mosaic_backends", "parrot"],
  ["mosaic_boot_queue", "moved"],
  ["mosaic_owner_events", "{"],
  ["mosaic_owner_events", `{"userId":null,"event":{"type":"unknown"}}`],
  ["mosaic_sessions", "null"],
  ["mosaic_sessions", `{"everybody":true}`],
  ["mosaic_settings", "key_rings"],
  ["mosaic_turns", `{"what":"stop"}`],
  ["mosaic_turns", `{"what":"begin","answerId":"${id}"}`],
] satisfies [Channel, string][])("on %s, %j is nothing", (channel, text) => {
  expect(read(channel, text)).toBeUndefined();
});

test("what nobody could read is not written", () => {
  expect(() => written({ channel: "mosaic_agent_config", payload: { ownerId: "ann" } })).toThrow();
  const event = { type: "agent", agentId: randomUUIDv7(), status: "gone", stage: null, error: null };
  expect(() => written({ channel: "mosaic_owner_events", payload: { userId: null, event } } as unknown as Notice)).toThrow();
});
