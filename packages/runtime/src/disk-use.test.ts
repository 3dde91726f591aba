import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { readDf, readDu, spaceOf } from "./disk-use.js";

describe("what du and df print", () => {
  it("is read by path, without a line that was cut off", () => {
    expect([...readDu("12\t/mosaic/0\r\ndu: cannot read\n4\t/mosaic/with space\n99\t/mosaic/2")]).toEqual([
      ["/mosaic/0", 12_288],
      ["/mosaic/with space", 4_096],
    ]);
    expect(readDu("")).toEqual(new Map());
  });

  it("is read as a disk", () => {
    const printed =
      "Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda          263112160 31000000  75000000      30% /mosaic/0\n";
    expect(readDf(printed)).toEqual({ totalBytes: 263_112_160 * 1024, freeBytes: 75_000_000 * 1024 });
    expect(readDf("df: /mosaic/0: No such file")).toBeNull();
  });

  it("a folder's disk has room, and one that is not there none", async () => {
    expect((await spaceOf(tmpdir()))?.totalBytes).toBeGreaterThan(0);
    expect(await spaceOf("/no/such/folder")).toBeNull();
  });
});
