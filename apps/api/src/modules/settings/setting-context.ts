import type { SealContext } from "../crypto/sealed-box.js";

/** What a sealed setting is bound to. */
export function settingContext(key: string): SealContext {
  return { owner: "system", field: `system_config.value:${key}` };
}
