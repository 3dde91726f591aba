import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";

const keyOfUser: PreparedStatement = {
  name: "search_key_of_user",
  text: `SELECT key_encrypted AS "keyEncrypted" FROM search_keys WHERE user_id = $1`,
};

const keyForUser: PreparedStatement = {
  name: "search_key_for_user",
  text: `
    INSERT INTO search_keys (user_id, key_encrypted) SELECT id, $2 FROM users WHERE id = $1
    ON CONFLICT (user_id) DO NOTHING`,
};

@Injectable()
export class SearchKeysRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(userId: string): Promise<string | null> {
    const [row] = await this.prisma.askPrepared<{ keyEncrypted: string }>(keyOfUser, [userId]);
    return row?.keyEncrypted ?? null;
  }

  /** Of a user who has none; one who has keeps theirs. */
  async add(userId: string, keyEncrypted: string): Promise<void> {
    await this.prisma.askPrepared(keyForUser, [userId, keyEncrypted]);
  }
}
