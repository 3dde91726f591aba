import type { ContainerList, ContainerListQuery, ContainerView } from "@mosaic/contracts/admin-containers";
import { containerStatus } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../../generated/prisma/client.js";
import { countUpToLimit } from "../../../platform/database/bounded-count.js";
import { PrismaService } from "../../../platform/database/prisma.service.js";
import { matchesSearch, searchPage, whereAll } from "../../../platform/database/search-sql.js";

interface Row {
  readonly agent_id: string;
  readonly status: string;
  readonly status_since: Date;
  readonly last_active_at: Date | null;
  readonly error_code: string | null;
  readonly state_bytes: bigint | null;
  readonly state_limit_bytes: bigint;
  readonly agent_name: string;
  readonly backend_id: string;
  readonly owner_id: string | null;
  readonly username: string | null;
  readonly display_name: string | null;
}

const selection = Prisma.sql`
  SELECT c.agent_id, c.status, c.status_since, c.last_active_at, c.error_code, c.state_bytes, b.state_limit_bytes, a.name AS agent_name, a.backend_id, u.id AS owner_id, u.username,
    u.display_name
  FROM agent_containers c JOIN agents a ON a.id = c.agent_id JOIN backends b ON b.id = a.backend_id LEFT JOIN users u ON u.id = a.owner_id`;

/** What admins see of containers: that they run, never what is in them. */
@Injectable()
export class ContainerViewsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** One page, by the last change of state. A page begins at a place, not at a number: however far down, it costs the same. */
  async list(query: ContainerListQuery): Promise<ContainerList> {
    const { after, before, pageSize, search } = query;
    const isBackwards = before !== undefined;
    const running = await countUpToLimit(this.prisma, Prisma.sql`agent_containers c WHERE c.status = 'running'`);
    const found = search ? await this.search(query, search) : await this.prisma.$queryRaw<Row[]>`${selection} ${pageOf(query, [])}`;
    const hasMore = found.length > pageSize;
    const page = found.slice(0, pageSize);
    const rows = isBackwards ? page.toReversed() : page;
    const [first, last] = [rows.at(0), rows.at(-1)];
    return {
      containers: rows.map(toView),
      running,
      previous: first !== undefined && (isBackwards ? hasMore : after !== undefined) ? placeOf(first) : null,
      next: last !== undefined && (isBackwards || hasMore) ? placeOf(last) : null,
    };
  }

  async find(agentId: string): Promise<ContainerView | null> {
    const [row] = await this.prisma.$queryRaw<Row[]>`${selection} WHERE c.agent_id = ${agentId}::uuid`;
    return row === undefined ? null : toView(row);
  }

  private async search(query: ContainerListQuery, search: string): Promise<readonly Row[]> {
    // Each half by its own index: no index knows the names of both tables.
    const ids = Prisma.sql`(
      SELECT s.id FROM agents s WHERE ${matchesSearch(["s.name"], search)}
      UNION ALL SELECT s.id FROM users o JOIN agents s ON s.owner_id = o.id WHERE ${matchesSearch(["o.username", "o.display_name"], search)}) found`;
    const isFound = Prisma.sql`c.agent_id IN (SELECT found.id FROM ${ids})`;
    const isMet = matchesSearch(["a.name", "u.username", "u.display_name"], search);
    const { rows } = await searchPage(
      this.prisma,
      ids,
      async (database, isRare) => database.$queryRaw<Row[]>`${selection} ${pageOf(query, [isRare ? isFound : isMet])}`,
    );
    return rows;
  }
}

function pageOf({ status, after, before, pageSize }: ContainerListQuery, conditions: readonly Prisma.Sql[]): Prisma.Sql {
  const isBackwards = before !== undefined;
  const place = before ?? after;
  const all = [
    ...conditions,
    ...(status === undefined ? [] : [Prisma.sql`c.status = ${status}`]),
    ...(place === undefined ? [] : [beyond(place, isBackwards)]),
  ];
  const order = isBackwards ? Prisma.sql`c.status_since ASC, c.agent_id ASC` : Prisma.sql`c.status_since DESC, c.agent_id DESC`;
  return Prisma.sql`${whereAll(all)} ORDER BY ${order} LIMIT ${pageSize + 1}`;
}

function placeOf(row: Row): string {
  return `${row.status_since.getTime()}.${row.agent_id}`;
}

function beyond(place: string, isBackwards: boolean): Prisma.Sql {
  const [ms, agentId] = place.split(".");
  const row = Prisma.sql`(${new Date(Number(ms))}::timestamptz, ${agentId}::uuid)`;
  return isBackwards ? Prisma.sql`(c.status_since, c.agent_id) > ${row}` : Prisma.sql`(c.status_since, c.agent_id) < ${row}`;
}

function toView(row: Row): ContainerView {
  const { owner_id: id, username, display_name: displayName } = row;
  return {
    agentId: row.agent_id,
    agentName: row.agent_name,
    owner: id === null || username === null || displayName === null ? null : { id, username, displayName },
    backend: row.backend_id,
    status: containerStatus.parse(row.status),
    since: row.status_since.toISOString(),
    lastActiveAt: row.last_active_at?.toISOString() ?? null,
    errorCode: row.error_code,
    disk: { bytes: row.state_bytes === null ? null : Number(row.state_bytes), limitBytes: Number(row.state_limit_bytes) },
  };
}
