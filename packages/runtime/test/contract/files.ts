import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { FolderLimits, FolderRequest, FoundFile } from "../../src/state-files.js";
import { ask } from "../agent-client.js";
import { type ContractWorld, graceMs } from "./contract-world.js";

const limits = { depth: 2, entries: 100, bytes: 1024 * 1024 };

export function describeFiles(world: ContractWorld): void {
  const put = async (name: string, path: string, content: string): Promise<void> => {
    const bytes = Buffer.from(content);
    const pieces = async function* (): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    };
    await world.runtime.putFile(name, { path, sizeBytes: bytes.length, content: pieces() });
  };
  const look = async (name: string, path: string, change: Partial<FolderLimits & FolderRequest & { most: number }> = {}) => {
    const files: Record<string, string> = {};
    const take = async (file: FoundFile): Promise<boolean> => {
      files[file.path] = await text(file.content());
      return Object.keys(files).length < (change.most ?? Infinity);
    };
    const { modifiedSince = new Date(0), signal = new AbortController().signal } = change;
    const request = { path, limits: { ...limits, ...change }, modifiedSince, signal };
    return { isAll: await world.runtime.readFiles(name, request, take), files };
  };
  const found = async (...asked: Parameters<typeof look>): Promise<Record<string, string>> => (await look(...asked)).files;

  describe("files of the state", () => {
    it("are put there, whole, for the agent to read and to replace", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await put(spec.name, "work/in/Größe.txt", "first");
      expect(await ask(endpoint, `/read?path=${encodeURIComponent("work/in/Größe.txt")}`)).toEqual({ text: "first" });
      await put(spec.name, "work/in/Größe.txt", "second, and longer");
      expect(await ask(endpoint, `/read?path=${encodeURIComponent("work/in/Größe.txt")}`)).toEqual({ text: "second, and longer" });
      await ask(endpoint, "/write?path=work/in/own.txt&text=own");
      expect(await found(spec.name, "work/in")).toEqual({ "Größe.txt": "second, and longer", "own.txt": "own" });
    });

    it("are put there and read while it does not run, and nowhere without a container", async () => {
      const { spec, endpoint } = await world.createAndStart();
      await ask(endpoint, "/write?path=out/a.txt&text=a");
      await world.runtime.stop(spec.name, graceMs);
      await put(spec.name, "in/a.txt", "while it rests");
      expect(await found(spec.name, "in")).toEqual({ "a.txt": "while it rests" });
      expect(await found(spec.name, "out")).toEqual({ "a.txt": "a" });
      const missing = world.newSpec().name;
      await expect(put(missing, "in/a.txt", "text")).rejects.toMatchObject({ code: "not_found" });
      await expect(found(missing, "in")).rejects.toMatchObject({ code: "not_found" });
    });

    it.each(["../outside.txt", "in/../../outside.txt", "/etc/passwd", "in//a", "in/./a", ""])("are not put at %j", async (path) => {
      const spec = world.newSpec();
      await world.runtime.create(spec);
      await expect(put(spec.name, path, "text")).rejects.toMatchObject({ code: "refused" });
    });

    it("are never read through links, nor put through one to outside", async () => {
      const { spec, endpoint } = await world.createAndStart();
      for (const [path, to] of [
        ["out/passwd", "/etc/passwd"],
        ["out/folder", "/etc"],
        ["out/loop", "."],
        ["elsewhere", "/etc"],
      ] as const) {
        await ask(endpoint, "/write?path=out/real.txt&text=real");
        await ask(endpoint, `/link?path=${path}&to=${to}`);
      }
      expect(await found(spec.name, "out")).toEqual({ "real.txt": "real" });
      expect(await found(spec.name, "elsewhere")).toEqual({});
      expect(await found(spec.name, "missing")).toEqual({});
      await ask(endpoint, "/link?path=trap&to=/tmp");
      // Refused, or the link is replaced by a folder: never followed.
      await put(spec.name, "trap/mosaic-trap.txt", "caught").catch((error: unknown) => expect(error).toMatchObject({ code: "refused" }));
      await ask(endpoint, "/link?path=look&to=/tmp/mosaic-trap.txt");
      expect((await ask<{ text: string }>(endpoint, "/read?path=look")).text).not.toBe("caught");
    });

    it("are read up to the limits", async () => {
      const { spec, endpoint } = await world.createAndStart();
      for (const path of ["a", "b", "one/c", "one/two/d", "one/two/three/e"]) await ask(endpoint, `/write?path=out/${path}.txt&text=12345`);
      expect(Object.keys(await found(spec.name, "out")).toSorted()).toEqual(["a.txt", "b.txt", "one/c.txt", "one/two/d.txt"]);
      expect(Object.keys(await found(spec.name, "out", { bytes: 12 }))).toHaveLength(2);
      expect(await look(spec.name, "out", { entries: 0 })).toEqual({ files: {}, isAll: false });
      expect(await look(spec.name, "out", { most: 1 })).toMatchObject({ isAll: true });
    });

    it("are passed by where they are old, however large and many, and who reads can leave", async () => {
      const { spec, endpoint } = await world.createAndStart();
      for (const path of ["a", "b", "c"]) await ask(endpoint, `/write?path=out/${path}.txt&text=${"old".repeat(10)}`);
      const later = new Date(Date.now() + 60_000);
      expect(await look(spec.name, "out", { modifiedSince: later, bytes: 5 })).toEqual({ files: {}, isAll: true });
      expect(await look(spec.name, "out", { bytes: 5 })).toEqual({ files: {}, isAll: false });
      const left = AbortSignal.abort(new Error("left"));
      await expect(look(spec.name, "out", { signal: left })).rejects.toThrow("left");
      const leaving = new AbortController();
      const take = async (): Promise<boolean> => {
        leaving.abort(new Error("left in the middle"));
        return true;
      };
      const request = { path: "out", limits, modifiedSince: new Date(0), signal: leaving.signal };
      await expect(world.runtime.readFiles(spec.name, request, take)).rejects.toThrow("left in the middle");
    });
  });
}
