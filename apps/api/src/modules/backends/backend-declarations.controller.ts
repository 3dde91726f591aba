import {
  backendDeclaration,
  changeDeclaration,
  declareBackend,
  importBackends,
  importedBackends,
  type BackendDeclaration,
  type ChangeDeclaration,
  type DeclareBackend,
  type ImportBackends,
  type ImportedBackends,
} from "@mosaic/contracts/backend-declarations";
import { declaredBackendFile, type DeclaredBackendFile } from "@mosaic/contracts/declared-backend";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { BackendDeclarationsService } from "./backend-declarations.service.js";

/** Most of it are the templates of files. */
const declarationBytes = 1_850_000;

@Controller("api/admin/declared-backends")
@AdminOnly()
export class BackendDeclarationsController {
  constructor(private readonly declarations: BackendDeclarationsService) {}

  /** All declared kinds, as a file that can be imported. */
  @Get()
  @ApiAnswer(200, declaredBackendFile)
  async export(): Promise<DeclaredBackendFile> {
    return this.declarations.export();
  }

  @Post()
  @BodyLimit(declarationBytes)
  @HttpCode(201)
  @ApiAnswer(201, backendDeclaration)
  async declare(@CurrentUser() { id }: SessionUser, @Body({ schema: declareBackend }) body: DeclareBackend): Promise<BackendDeclaration> {
    return this.declarations.declare(body.declaration, id);
  }

  @Post("import")
  @BodyLimit(1_600_000)
  @HttpCode(200)
  @ApiAnswer(200, importedBackends)
  async import(@CurrentUser() { id }: SessionUser, @Body({ schema: importBackends }) body: ImportBackends): Promise<ImportedBackends> {
    return this.declarations.import(body.content, id, body.isTrial);
  }

  @Get(":backendId")
  @ApiAnswer(200, backendDeclaration)
  async get(@Param("backendId") id: string): Promise<BackendDeclaration> {
    return this.declarations.get(id);
  }

  /** Agents that run are restarted when they answer nobody. */
  @Put(":backendId")
  @BodyLimit(declarationBytes)
  @ApiAnswer(200, backendDeclaration)
  async change(
    @CurrentUser() user: SessionUser,
    @Param("backendId") id: string,
    @Body({ schema: changeDeclaration }) { declaration, version }: ChangeDeclaration,
  ): Promise<BackendDeclaration> {
    return this.declarations.change(id, declaration, version, user.id);
  }

  /** Only of what no agent is. */
  @Delete(":backendId")
  @HttpCode(204)
  async remove(@Param("backendId") id: string): Promise<void> {
    await this.declarations.remove(id);
  }
}
