import type { ModelDefault } from "@mosaic/agent-backends/model-resolution";
import { backendId } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import type { ModelAssignment } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { storedAgentInclude, toStoredAgent } from "../agents/agents.types.js";
import { toStoredProvider } from "../llm-providers/llm-providers.types.js";
import type { ConfigSource, LiveContainer } from "./agent-config.types.js";

@Injectable()
export class AgentConfigRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The container of a token, unless it is stopped. One query by a unique index, however many containers there are. */
  async findLive(tokenHash: Uint8Array<ArrayBuffer>): Promise<LiveContainer | null> {
    return this.prisma.agentContainer.findUnique({
      where: { tokenHash, status: { in: ["starting", "running"] } },
      select: { agentId: true, name: true, endpointPort: true },
    });
  }

  /** What the agent's configuration is made of; `null` if there is no such agent. */
  async findSource(agentId: string): Promise<ConfigSource | null> {
    const row = await this.prisma.agent.findUnique({ where: { id: agentId }, include: storedAgentInclude });
    if (row === null) {
      return null;
    }
    const defaults = await this.findDefaults(row.ownerId);
    const assignments = [...row.assignments, ...defaults.user, ...defaults.admin];
    const providers = await this.prisma.llmProvider.findMany({
      where: { id: { in: [...new Set(assignments.map((assignment) => assignment.providerId))] } },
      orderBy: { id: "asc" },
    });
    const { models: chosen, id, ...agent } = toStoredAgent(row);
    const [model = null, ...fallbacks] = chosen;
    return {
      ...agent,
      agentId: id,
      model,
      fallbacks,
      userDefaults: toDefaults(defaults.user),
      adminDefaults: toDefaults(defaults.admin),
      providers: providers.map(toStoredProvider),
    };
  }

  private async findDefaults(ownerId: string | null): Promise<{ user: ModelAssignment[]; admin: ModelAssignment[] }> {
    const rows = await this.prisma.modelAssignment.findMany({
      where: { agentId: null, OR: [{ user: { role: "admin", disabledAt: null } }, ...(ownerId === null ? [] : [{ userId: ownerId }])] },
      include: { user: { select: { role: true } } },
      orderBy: [{ userId: "asc" }, { position: "asc" }],
    });
    return { user: rows.filter((row) => row.userId === ownerId), admin: rows.filter((row) => row.user?.role === "admin") };
  }
}

/** Rows of one user and one backend are one default: the first is the model, the others are its fallbacks. */
function toDefaults(rows: readonly ModelAssignment[]): ModelDefault[] {
  const groups = Map.groupBy(rows, (row) => `${row.userId ?? ""} ${row.backend ?? ""}`);
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    const backend = backendId.nullable().safeParse(first?.backend ?? null);
    if (first === undefined || !backend.success) {
      return [];
    }
    return [{ backend: backend.data, model: choiceOf(first), fallbacks: others.map(choiceOf) }];
  });
}

function choiceOf(row: ModelAssignment): { providerId: string; model: string } {
  return { providerId: row.providerId, model: row.model };
}
