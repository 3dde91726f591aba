import { Prisma } from "../../generated/prisma/client.js";

/**
 * For the statement that makes a message of an agent final, so that its owner's devices are told whatever becomes of this process: `rows` has
 * one row for it, if there is anything to tell.
 */
export function pushing({ userId, messageId }: { readonly userId: string; readonly messageId: string }, rows: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO push_deliveries (message_id, device_id, user_id)
    SELECT ${messageId}::uuid, d.id, d.user_id FROM push_devices d WHERE d.user_id = ${userId}::uuid AND EXISTS (${rows})
    ON CONFLICT DO NOTHING`;
}
