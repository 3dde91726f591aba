import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

/** What is known of the turns of programs beside what is said in them. Each mark is stored with its turn (`turn-beginning.ts`). */
@Injectable()
export class ProgramMarksRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** What its program told of itself counts as not told. */
  async forgetPreface(answerId: string): Promise<void> {
    await this.prisma.$executeRaw`UPDATE openai_turns SET told = NULL WHERE answer_id = ${answerId}::uuid AND told IS NOT NULL`;
  }
}
