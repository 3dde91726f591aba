import { providerDefinitions, type ProviderKind } from "@mosaic/contracts/provider";
import { m } from "@messages/admin-sharing";

/** What sharing a provider means: whose key it is, and who pays. */
export const sharingText = (kind: ProviderKind): string => {
  const { isBuiltIn, needsKey } = providerDefinitions[kind];
  if (isBuiltIn) return m.itCostsNothingAndIt;
  const cost = needsKey ? m.theirAgentsUseYourKey : m.theirAgentsUseYourServer;
  return m.theyNeverSeeYourKey(cost);
};
