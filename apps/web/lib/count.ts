import { countLimit } from "@mosaic/contracts/paging";

/** A count as the API gives it: beyond its limit it says only that there are more. */
export const formatCount = (count: number): string =>
  count > countLimit ? `more than ${countLimit.toLocaleString()}` : count.toLocaleString();
