import { randomUUIDv7 } from "node:crypto";
import { builtInDefinitions } from "@mosaic/agent-backends/registry";
import { AgentConfigRepository } from "../../src/modules/agent-config/agent-config.repository.js";
import { AgentsRepository } from "../../src/modules/agents/agents.repository.js";
import { declaredBackend } from "@mosaic/contracts/declared-backend";
import { BackendDeclarationsRepository } from "../../src/modules/backends/backend-declarations.repository.js";
import { BackendsRepository } from "../../src/modules/backends/backends.repository.js";
import { BootQueueRepository } from "../../src/modules/boot-queue/boot-queue.repository.js";
import { AgentDeletionRepository } from "../../src/modules/containers/stop/agent-deletion.repository.js";
import { ContainerStatusRepository } from "../../src/modules/containers/container-status.repository.js";
import { ContainersRepository } from "../../src/modules/containers/containers.repository.js";
import { ContainerViewsRepository } from "../../src/modules/containers/views/container-views.repository.js";
import { KeptAgentsRepository } from "../../src/modules/containers/reconcile/kept-agents.repository.js";
import { StateSizesRepository } from "../../src/modules/containers/disk/state-sizes.repository.js";
import { SupervisorReportsRepository } from "../../src/modules/containers/reports/supervisor-reports.repository.js";
import { sampleDeclaration } from "./declarations.js";
import { bytes, hex, hourAgo, id, now, of, user, values, type Call } from "./query-calls.js";

/** Of agents, their containers, their starts. */
export const agents: readonly Call[] = [
  ...of(AgentConfigRepository, {
    findLive: (configs) => configs.findLive(bytes()),
    findAgent: (configs) => configs.findAgent(id("agents", 1)),
  }),
  ...of(AgentsRepository, {
    list: [(rows) => rows.list(user), (rows) => rows.list(null)],
    find: (rows) => rows.find(user, id("agents", 1)),
    exists: (rows) => rows.exists(user, id("agents", 1)),
    hasAnyWithModel: (rows) => rows.hasAnyWithModel(),
    create: (rows) => rows.create({ owner: user, userId: user }, { id: randomUUIDv7(), backend: "openclaw" }, 100, () => values),
    createFirst: (rows) => rows.createFirst(user, { id: randomUUIDv7(), backend: "openclaw", values }),
    change: (rows) => rows.change({ owner: user, userId: user }, id("agents", 2), () => values),
  }),
  ...of(BackendDeclarationsRepository, {
    all: (declarations) => declarations.all(),
    history: (declarations) => declarations.history("parrot"),
    save: (declarations) =>
      declarations.save(declaredBackend.parse({ ...sampleDeclaration, id: `kind-${randomUUIDv7().slice(-12)}` }), 0, null),
    remove: (declarations) => declarations.remove("parrot"),
  }),
  ...of(BackendsRepository, {
    find: (backends) => backends.find("openclaw"),
    addMissing: (backends) => backends.addMissing(builtInDefinitions),
    all: (backends) => backends.all(),
    list: (backends) => backends.list(),
    update: (backends) => backends.update("openclaw", { pidsLimit: 300 }),
  }),
  ...of(StateSizesRepository, {
    runningMs: (sizes) => sizes.runningMs(id("agents", 1)),
    summary: (sizes) => sizes.summary(),
    store: (sizes) => sizes.store(id("agents", 1), 1),
    claim: (sizes) => sizes.claim(hourAgo, now, 16),
    giveBack: (sizes) => sizes.giveBack([id("agents", 1), id("agents", 2)]),
  }),
  ...of(ContainerViewsRepository, {
    list: [
      (views) => views.list({ pageSize: 50 }),
      (views) => views.list({ pageSize: 50, after: `${hourAgo.getTime()}.${id("agents", 1)}` }),
      (views) => views.list({ pageSize: 50, before: `${hourAgo.getTime()}.${id("agents", 1)}` }),
      (views) => views.list({ pageSize: 50, status: "running" }),
      (views) => views.list({ pageSize: 50, status: "error", search: "c4ca4238" }),
      (views) => views.list({ pageSize: 50, search: "agent c4ca" }),
      (views) => views.list({ pageSize: 50, search: "zz" }),
    ],
    find: (views) => views.find(id("agents", 1)),
  }),
  ...of(ContainersRepository, {
    find: (rows) => rows.find(id("agents", 1)),
    findRunning: (rows) => rows.findRunning(),
    findForReconciliation: (rows) => rows.findForReconciliation(Array.from({ length: 300 }, (_, index) => `mosaic-${index}`)),
  }),
  ...of(ContainerStatusRepository, {
    createIfAbsent: (rows) => rows.createIfAbsent(id("agents", 1), "mosaic-1", { encrypted: "enc:", hash: hex() }),
    changeStatus: [
      (rows) => rows.changeStatus(id("agents", 4), "stop_requested", { stage: null, error: null }),
      (rows) => rows.changeStatus(id("agents", 1001), "stop_requested", {}, { idleAt: now }),
    ],
    restartable: (rows) => rows.restartable(),
    answersOthers: (rows) => rows.answersOthers(id("agents", 1), randomUUIDv7()),
    idle: (rows) => rows.idle(now),
    setStage: (rows) => rows.setStage(id("agents", 2), hex(), { stage: "creating", percent: null, detail: null }),
    isUnderWay: (rows) => rows.isUnderWay(id("agents", 2), hex()),
    setEndpoint: (rows) => rows.setEndpoint(id("agents", 2), hex(), { host: "h", port: 1 }),
  }),
  ...of(SupervisorReportsRepository, {
    setGeneration: (rows) => rows.setGeneration(id("agents", 2), "g"),
    isAwaited: (rows) => rows.isAwaited(id("agents", 1)),
    markOutdated: (rows) => rows.markOutdated(id("agents", 2)),
    takeStateMark: (rows) => rows.takeStateMark(id("agents", 2), randomUUIDv7(), true),
    msSinceChange: (rows) => rows.msSinceChange(id("agents", 1)),
  }),
  ...of(AgentDeletionRepository, {
    countContents: (rows) => rows.countContents(id("agents", 500)),
    deleteAgent: (rows) => rows.deleteAgent(id("agents", 700)),
  }),
  ...of(KeptAgentsRepository, {
    missingSystemAgents: (rows) => rows.missingSystemAgents(),
    setWanted: (rows) => rows.setWanted(id("agents", 3), false),
  }),
  ...of(BootQueueRepository, {
    enter: (queue) =>
      queue.enter({ agentId: id("agents", 1), startId: "start", ownerId: user, lockKey: "mosaic:agent:1", isBackground: true }, null),
    bringForward: (queue) => queue.bringForward(id("agents", 1)),
    standings: (queue) => queue.standings(["start"]),
    isBusyInBackground: (queue) => queue.isBusyInBackground(),
    admit: (queue) => queue.admit(1, true),
    leave: (queue) => queue.leave("start"),
  }),
];
