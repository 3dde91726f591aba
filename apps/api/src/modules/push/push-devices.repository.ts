import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";

export interface StoredDevice {
  readonly id: string;
  readonly sessionId: string;
  readonly userAgent: string;
  readonly subscriptionEncrypted: string;
  readonly showsText: boolean;
  readonly fault: string | null;
  readonly createdAt: Date;
}

export interface NewDevice {
  readonly userId: string;
  readonly sessionId: string;
  readonly showsText: boolean;
  readonly most: number;
  /** By the id that the device has, or gets. */
  readonly seal: (id: string) => string;
  readonly newId: string;
}

const fields = {
  id: true,
  sessionId: true,
  subscriptionEncrypted: true,
  showsText: true,
  fault: true,
  createdAt: true,
  session: { select: { userAgent: true } },
} as const;

/** Where somebody is told. Each device is a session, which has to count still. */
@Injectable()
export class PushDevicesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list(userId: string, now: Date): Promise<StoredDevice[]> {
    const rows = await this.prisma.pushDevice.findMany({
      where: { userId, session: { idleExpiresAt: { gt: now }, expiresAt: { gt: now } } },
      select: fields,
      orderBy: { id: "asc" },
      take: 50,
    });
    return rows.map(shown);
  }

  async find(userId: string, id: string): Promise<StoredDevice | null> {
    const row = await this.prisma.pushDevice.findFirst({ where: { id, userId }, select: fields });
    return row === null ? null : shown(row);
  }

  /** One for each session: the last one counts. `session_gone`: it has ended meanwhile. */
  async save({ userId, sessionId, showsText, most, seal, newId }: NewDevice): Promise<"saved" | "too_many" | "session_gone"> {
    return this.prisma.$transaction(async (transaction) => {
      // The user first, as in every transaction over both: so the count holds. Whoever ends the session waits, or was before.
      await transaction.$executeRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
      const session = await transaction.$queryRaw<unknown[]>`
        SELECT 1 FROM sessions WHERE id = ${sessionId}::uuid AND user_id = ${userId}::uuid FOR KEY SHARE`;
      if (session.length === 0) {
        return "session_gone";
      }
      const known = await transaction.pushDevice.findUnique({ where: { sessionId }, select: { id: true } });
      if (known === null && (await transaction.pushDevice.count({ where: { userId } })) >= most) {
        return "too_many";
      }
      const id = known?.id ?? newId;
      const data = { subscriptionEncrypted: seal(id), showsText, failures: 0, fault: null };
      await transaction.pushDevice.upsert({ where: { sessionId }, create: { id, userId, sessionId, ...data }, update: data });
      await recordAudit(transaction, { action: "push.enable", target: { type: "user", id: userId }, details: { showsText } });
      return "saved";
    });
  }

  /** False if the user has no such device. */
  async remove(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      if ((await transaction.pushDevice.deleteMany({ where: { id, userId } })).count === 0) {
        return false;
      }
      await recordAudit(transaction, { action: "push.disable", target: { type: "push_device", id } });
      return true;
    });
  }

  /** The browser has given this subscription up, or nothing arrives there. Another one of the device stays. */
  async forget({ id, subscriptionEncrypted }: Pick<StoredDevice, "id" | "subscriptionEncrypted">): Promise<void> {
    await this.prisma.pushDevice.deleteMany({ where: { id, subscriptionEncrypted } });
  }

  async noteSent(id: string): Promise<void> {
    await this.prisma.pushDevice.updateMany({ where: { id }, data: { failures: 0, fault: null } });
  }

  /** Tells how many in a row there have been now. */
  async noteFailure(id: string, fault: string): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ failures: number }[]>`
      UPDATE push_devices SET failures = failures + 1, fault = ${fault} WHERE id = ${id}::uuid RETURNING failures`;
    return row?.failures ?? 0;
  }
}

function shown({ session, ...device }: Prisma.PushDeviceGetPayload<{ select: typeof fields }>): StoredDevice {
  return { ...device, userAgent: session.userAgent };
}
