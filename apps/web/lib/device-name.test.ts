import { unknownBrowser, unknownDevice } from "@mosaic/contracts/device-name";
import { expect, test } from "vitest";
import { deviceName } from "@/lib/device-name";
import { m as german } from "@/messages/de/format";

test.each(["Firefox on Linux", `${unknownBrowser} on Linux`, "curl", unknownDevice])("%s is named in the words of the page", (named) => {
  expect(deviceName(named)).toBe(named);
});

test("the German ones are words of their own", () => {
  expect([german.browserOn(german.aBrowser, "Linux"), german.unknownDevice]).toEqual(["Ein Browser auf Linux", "Unbekanntes Gerät"]);
});
