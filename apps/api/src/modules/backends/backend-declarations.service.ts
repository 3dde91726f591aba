import { definitionOf } from "@mosaic/agent-backends/declared/definition";
import { builtInDefinitions, setDeclaredBackends } from "@mosaic/agent-backends/registry";
import type { BackendDeclaration, ImportedBackends } from "@mosaic/contracts/backend-declarations";
import type { DeclaredBackend, DeclaredBackendFile } from "@mosaic/contracts/declared-backend";
import { readFile } from "node:fs/promises";
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { Notices } from "../../platform/notices/notices.js";
import { BackendDeclarationsRepository, type StoredDeclaration } from "./backend-declarations.repository.js";
import { readBackendFile } from "./backend-file.js";
import { isTrustedImage, untrustedImage } from "./trusted-images.js";

const maxDeclared = 100;

/** The kinds of agents that admins declare: each process has them in its registry. */
@Injectable()
export class BackendDeclarationsService implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly repository: BackendDeclarationsRepository,
    private readonly notices: Notices,
    private readonly logger: Logger,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Before anything asks what an agent is. */
  async onModuleInit(): Promise<void> {
    await this.takeFile();
    await this.load();
  }

  async onApplicationBootstrap(): Promise<void> {
    const loadAgain = (): void => {
      void this.load().catch((error: unknown) => this.logger.error("the declared kinds of agents could not be read", error));
    };
    await this.notices.listen("mosaic_backends", { onNotice: loadAgain, onGap: loadAgain });
  }

  /** Throws `not_found` for a kind that nobody declared. */
  async get(id: string): Promise<BackendDeclaration> {
    const present = await this.find(id);
    if (present === undefined) {
      throw new AppError("not_found");
    }
    const history = (await this.repository.history(id)).map(({ createdAt, ...others }) => ({
      ...others,
      createdAt: createdAt.toISOString(),
    }));
    return { ...present, history };
  }

  /** Throws `conflict` for an id that a kind has, `invalid_input` for an image that this machine's operator does not allow. */
  async declare(declaration: DeclaredBackend, authorId: string): Promise<BackendDeclaration> {
    return this.save(declaration, 0, authorId);
  }

  /** Throws `not_found`, `conflict` when somebody else changed it meanwhile, `invalid_input` as `declare` does. The id stays. */
  async change(id: string, declaration: DeclaredBackend, version: number, authorId: string): Promise<BackendDeclaration> {
    if ((await this.find(id)) === undefined) {
      throw new AppError("not_found");
    }
    if (declaration.id !== id) {
      const message = `The id of a kind stays "${id}": agents are of it. Declare another kind instead.`;
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "declaration.id", message }] });
    }
    return this.save(declaration, version, authorId);
  }

  /** Throws `not_found`, and `conflict` while agents are of it. */
  async remove(id: string): Promise<void> {
    const outcome = await this.repository.remove(id);
    if (outcome === "gone") {
      throw new AppError("not_found");
    }
    if (outcome === "used") {
      throw new AppError("conflict", { detail: "Agents are of this kind. Delete them first, or stop offering the kind." });
    }
    await this.load();
  }

  /** All of them, as a file that `import` takes. */
  async export(): Promise<DeclaredBackendFile> {
    return { version: 1, backends: (await this.repository.all()).map(({ declaration }) => declaration) };
  }

  /**
   * Adds what is new, and changes what is other than it was; what is not in the file stays. Throws `invalid_input` that says where the fault is;
   * then nothing was changed.
   */
  async import(content: string, authorId: string | null, isTrial: boolean): Promise<ImportedBackends> {
    const { backends, notes } = readBackendFile(content);
    backends.forEach((declaration) => this.assertAllowed(declaration));
    const present = new Map((await this.repository.all()).map((stored) => [stored.declaration.id, stored]));
    const isNew = ({ id }: DeclaredBackend): boolean => !present.has(id);
    const isOther = (declaration: DeclaredBackend): boolean => {
      const before = present.get(declaration.id);
      return before !== undefined && JSON.stringify(before.declaration) !== JSON.stringify(declaration);
    };
    const [added, changed] = [backends.filter(isNew), backends.filter(isOther)];
    for (const declaration of isTrial ? [] : [...added, ...changed]) {
      await this.store(declaration, present.get(declaration.id)?.version ?? 0, authorId);
    }
    await this.load();
    const ids = (some: readonly DeclaredBackend[]): string[] => some.map(({ id }) => id);
    const unchanged = backends.filter((declaration) => !isNew(declaration) && !isOther(declaration));
    return { added: ids(added), changed: ids(changed), unchanged: ids(unchanged), notes: [...notes] };
  }

  private async save(declaration: DeclaredBackend, from: number, authorId: string): Promise<BackendDeclaration> {
    this.assertAllowed(declaration);
    await this.store(declaration, from, authorId);
    await this.load();
    return this.get(declaration.id);
  }

  private async store(declaration: DeclaredBackend, from: number, authorId: string | null): Promise<void> {
    if (from === 0 && (await this.repository.all()).length >= maxDeclared) {
      throw new AppError("conflict", { detail: `There can be ${maxDeclared} declared kinds. Remove one first.` });
    }
    const outcome = await this.repository.save(declaration, from, authorId);
    if (outcome === "gone") {
      throw new AppError("not_found");
    }
    if (outcome === "taken") {
      const message = `There is a kind with the id "${declaration.id}" already. Choose another one.`;
      throw new AppError("conflict", { detail: message });
    }
    if (outcome === "conflict") {
      throw new AppError("conflict", { detail: "Somebody else changed this kind meanwhile. Load it again, then repeat your change." });
    }
  }

  private assertAllowed({ id, image }: DeclaredBackend): void {
    if (builtInDefinitions.some((definition) => definition.id === id)) {
      const message = `"${id}" comes with Mosaic. Choose another id.`;
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "declaration.id", message }] });
    }
    if (!isTrustedImage(image, id, this.env.MOSAIC_AGENT_IMAGES)) {
      throw untrustedImage(id, this.env.MOSAIC_AGENT_IMAGES, "declaration.image");
    }
  }

  private async find(id: string): Promise<StoredDeclaration | undefined> {
    return (await this.repository.all()).find(({ declaration }) => declaration.id === id);
  }

  private async load(): Promise<void> {
    setDeclaredBackends((await this.repository.all()).map(({ declaration }) => definitionOf(declaration)));
  }

  /** For whoever keeps an installation as code. A fault in it is told, and what was declared before stays. */
  private async takeFile(): Promise<void> {
    const path = this.env.MOSAIC_BACKENDS_FILE;
    if (path === undefined) {
      return;
    }
    try {
      const { added, changed, notes } = await this.import(await readFile(path, "utf8"), null, false);
      this.logger.log("took over the kinds of agents of MOSAIC_BACKENDS_FILE", {
        added: added.join(", "),
        changed: changed.join(", "),
        notes: notes.join(" "),
      });
    } catch (error) {
      this.logger.error("MOSAIC_BACKENDS_FILE was not taken over", error, { path });
    }
  }
}
