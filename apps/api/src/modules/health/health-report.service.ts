import type { HealthReport } from "@mosaic/contracts/health";
import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { AgentsService } from "../agents/agents.service.js";
import { BackendsService } from "../backends/backends.service.js";
import { DiskRoomService } from "../containers/disk/disk-room.service.js";
import { softwareLook } from "../containers/views/image-check.service.js";
import { StateSizesService } from "../containers/disk/state-sizes.service.js";
import { ConnectionTestService } from "../llm-providers/connection-test.service.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import { OidcSettingsService } from "../oidc/oidc-settings.service.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { SettingsService } from "../settings/settings.service.js";
import {
  agentFilesFinding,
  clockFinding,
  diskFinding,
  failing,
  isolationFinding,
  memoryLook,
  ok,
  settingsFinding,
  signInFinding,
  warning,
  type Look,
} from "./host-findings.js";
import { HealthRepository } from "./health.repository.js";

/** Looks at everything that a first message needs, all at once. */
@Injectable()
export class HealthReportService {
  constructor(
    private readonly repository: HealthRepository,
    private readonly runtimeHost: RuntimeHostService,
    private readonly agents: AgentsService,
    private readonly backends: BackendsService,
    private readonly resolution: ModelResolutionService,
    private readonly connectionTest: ConnectionTestService,
    private readonly disk: DiskRoomService,
    private readonly sizes: StateSizesService,
    private readonly oidc: OidcSettingsService,
    private readonly settings: SettingsService,
    private readonly logger: Logger,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Never throws: what can't be looked at is a failing check. The provider is the one that the user's first agent uses. */
  async report(userId: string): Promise<HealthReport> {
    const [database, clock, disk, runtime, isolation, provider, image, memory, settings, signIn, agentFiles] = await Promise.all([
      this.lookAt(this.database()),
      this.lookAt(this.clock()),
      this.lookAt(diskFinding(this.env.MOSAIC_STATE_DIR)),
      this.lookAt(this.runtime()),
      this.lookAt(this.isolation()),
      this.lookAt(this.provider(userId)),
      this.lookAt(this.image()),
      this.lookAt(this.memory()),
      this.lookAt(this.stored()),
      this.lookAt(this.signIn()),
      this.lookAt(this.agentFiles()),
    ]);
    return {
      checks: [
        { id: "database", label: "Database", ...database },
        { id: "clock", label: "Clock", ...clock },
        { id: "disk", label: "Disk", ...disk },
        { id: "runtime", label: "Runtime", ...runtime },
        { id: "isolation", label: "Isolation", ...isolation },
        { id: "provider", label: "LLM provider", ...provider },
        { id: "image", label: "Agent software", ...image },
        { id: "memory", label: "Memory per agent", ...memory },
        { id: "agent_files", label: "Agents’ files", ...agentFiles },
        { id: "settings", label: "Settings", ...settings },
        { id: "sign_in", label: "Single sign-on", ...signIn },
      ],
    };
  }

  private async lookAt(finding: Promise<Look>): Promise<Look> {
    try {
      return await finding;
    } catch (error) {
      if (!(error instanceof AppError) && !(error instanceof RuntimeError)) {
        this.logger.error("a health check failed", error);
      }
      return { state: "failing", detail: detailOf(error) };
    }
  }

  private async database(): Promise<Look> {
    const startedAt = performance.now();
    await this.repository.ping();
    return { state: "ok", detail: `Postgres answers in ${Math.max(1, Math.round(performance.now() - startedAt))} ms.` };
  }

  private async clock(): Promise<Look> {
    const before = Date.now();
    return clockFinding(await this.repository.clockMs(), (before + Date.now()) / 2);
  }

  private async runtime(): Promise<Look> {
    await this.runtimeHost.runtime();
    const { check } = await this.runtimeHost.check();
    return { state: check.isReachable ? "ok" : "failing", detail: check.detail };
  }

  private async isolation(): Promise<Look> {
    return isolationFinding((await this.runtimeHost.inUse()).definition.isIsolated);
  }

  /** The model that an agent of this user answers with now, wherever it comes from. */
  private async provider(userId: string): Promise<Look> {
    const [agents, sources] = await Promise.all([this.agents.list(userId), this.resolution.sourcesOf(userId)]);
    const byDefault = this.resolution.effective(sources, { backend: "openclaw", model: null, fallbacks: [] });
    const inUse = agents.map(({ effectiveModel }) => effectiveModel).find((model) => model !== null) ?? byDefault;
    const stored = sources.providers.find(({ id, ownerId }) => (inUse === null ? ownerId === userId : id === inUse.providerId));
    if (stored === undefined) {
      return failing("There is no provider yet. Add one.");
    }
    const { outcome, message, caution } = await this.connectionTest.testStored(stored, inUse?.model ?? stored.models[0]?.id ?? null);
    const state = outcome !== "ok" ? "failing" : caution === null ? "ok" : "warning";
    return { state, detail: [`Provider: ${stored.name}.`, message, ...(caution === null ? [] : [caution])].join(" ") };
  }

  private async memory(): Promise<Look> {
    return memoryLook((await this.runtimeHost.definition())?.isIsolated !== false, await this.backends.inUse());
  }

  private async agentFiles(): Promise<Look> {
    return agentFilesFinding(await this.disk.space(), await this.sizes.summary());
  }

  private async stored(): Promise<Look> {
    return settingsFinding(await this.settings.faults());
  }

  private async signIn(): Promise<Look> {
    const option = await this.oidc.signInOption();
    return signInFinding(option !== null, await this.oidc.rolesNotTold());
  }

  private async image(): Promise<Look> {
    const [{ driver, definition }, backends] = await Promise.all([this.runtimeHost.inUse(), this.backends.inUse()]);
    const looks = await Promise.all(
      backends.map(async (backend) => {
        const { isHere, words } = await softwareLook(driver, definition, backend);
        return isHere ? ok(words) : warning(words);
      }),
    );
    return { state: looks.every(({ state }) => state === "ok") ? "ok" : "warning", detail: looks.map(({ detail }) => detail).join(" ") };
  }
}

/** Only words that are meant for users. */
function detailOf(error: unknown): string {
  if (error instanceof RuntimeError) {
    return error.detail;
  }
  return error instanceof AppError ? (error.detail ?? error.message) : "It could not be checked: the log of Mosaic says why.";
}
