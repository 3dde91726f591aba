import { createHmac } from "node:crypto";

/** The gateway's token follows from the container's, so no configuration file holds the latter. */
export function deriveGatewayToken(containerToken: string): string {
  return createHmac("sha256", containerToken).update("mosaic-gateway").digest("base64url");
}
