import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

/** The sealed pieces of a file, by their numbers. They go with its row. */
@Injectable()
export class FilePiecesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async add(fileId: string, seq: number, payload: Buffer): Promise<void> {
    await this.prisma.askPrepared({ name: "add_file_piece", text: "INSERT INTO file_pieces (file_id, seq, payload) VALUES ($1, $2, $3)" }, [
      fileId,
      seq,
      payload,
    ]);
  }

  async find(fileId: string, seq: number): Promise<Buffer | null> {
    const [piece] = await this.prisma.askPrepared<{ payload: Buffer }>(
      { name: "find_file_piece", text: "SELECT payload FROM file_pieces WHERE file_id = $1 AND seq = $2" },
      [fileId, seq],
    );
    return piece?.payload ?? null;
  }
}
