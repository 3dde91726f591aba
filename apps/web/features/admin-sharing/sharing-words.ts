import { providerDefinitions, type ProviderKind } from "@mosaic/contracts/provider";

/** What sharing a provider means: whose key it is, and who pays. */
export const sharingText = (kind: ProviderKind): string => {
  const { isBuiltIn, needsKey } = providerDefinitions[kind];
  if (isBuiltIn) return "It costs nothing, and it only echoes what it is sent.";
  const cost = needsKey
    ? "Their agents use your key, so you pay for what they use."
    : "Their agents use your server, and your key if it has one, so what they use is at your cost.";
  return `${cost} They never see your key or the address: their agents call the model through Mosaic.`;
};
