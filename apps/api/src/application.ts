import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StandardSchemaSerializerInterceptor } from "@nestjs/common";
import { NestFactory, Reflector } from "@nestjs/core";
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import express, { type Request, type RequestHandler } from "express";
import { AppModule } from "./app.module.js";
import { ENV, type Env } from "./platform/config/env.js";
import { isOpenAiPath } from "./platform/errors/openai-error.js";
import { ProblemFilter } from "./platform/errors/problem.filter.js";
import { Admission } from "./platform/http/admission.js";
import { CompressedAnswerInterceptor } from "./platform/http/compressed-answer.js";
import { EDGE_LIMITS, type EdgeLimits } from "./platform/http/edge-limits.js";
import { FairTurnsInterceptor } from "./platform/http/fair-turns.interceptor.js";
import { JsonBodyInterceptor } from "./platform/http/json-body.interceptor.js";
import { isInternalRequest, Listeners, separatePorts } from "./platform/http/listeners.js";
import { requireSameOrigin } from "./platform/http/origin.js";
import { withRequestId } from "./platform/http/request-id.js";
import { securityHeaders } from "./platform/http/security-headers.js";
import { staticWeb } from "./platform/http/static-web.js";
import { endUnreadBodies } from "./platform/http/unread-body.js";
import { validationPipe } from "./platform/http/validation.js";
import { Logger } from "./platform/logging/logger.js";

const webFolder = fileURLToPath(new URL("../../web/out", import.meta.url));

export interface Application {
  readonly nest: NestExpressApplication;
  readonly listeners: Listeners;
}

const nestOptions = { bodyParser: false, bufferLogs: true, abortOnError: false } as const;

/** How the Nest application comes to be: from `AppModule` as it is, or with ports replaced in a test. */
export type NestCreator = (adapter: ExpressAdapter, options: typeof nestOptions) => Promise<NestExpressApplication>;

const createFromModule: NestCreator = async (adapter, options) => NestFactory.create<NestExpressApplication>(AppModule, adapter, options);

/** Builds the whole application without listening. `main.ts` and the API tests use the same one. */
export async function createApplication(createNest: NestCreator = createFromModule): Promise<Application> {
  const server = express();
  const nest = await createNest(new ExpressAdapter(server), nestOptions);
  const logger = nest.get(Logger);
  nest.useLogger(logger);
  server.disable("x-powered-by");
  server.set("etag", false);
  server.set("query parser", "simple");
  const env = nest.get<Env>(ENV);
  server.set("trust proxy", env.MOSAIC_TRUSTED_PROXIES);
  const admission = nest.get(Admission);
  nest.use(withRequestId(logger), securityHeaders, endUnreadBodies, separatePorts, refuseOften(admission), requireSameOrigin);
  for (const handler of existsSync(webFolder) ? await staticWeb(webFolder) : []) {
    nest.use(handler);
  }
  const reflector = nest.get(Reflector);
  nest.useGlobalPipes(validationPipe);
  nest.useGlobalInterceptors(
    new JsonBodyInterceptor(reflector, admission, nest.get<EdgeLimits>(EDGE_LIMITS)),
    new FairTurnsInterceptor(admission),
    new CompressedAnswerInterceptor(reflector),
    new StandardSchemaSerializerInterceptor(reflector),
  );
  const isForPrograms = (request: Request): boolean => isOpenAiPath(request.path) && !isInternalRequest(request);
  nest.useGlobalFilters(new ProblemFilter(logger, (request, code) => admission.noteRefusal(request, code), isForPrograms));
  describeApi(nest);
  const listeners = nest.get(Listeners);
  await nest.init();
  return { nest, listeners };
}

/** The pages are files and cost nothing; what they call is what is slowed down. */
function refuseOften(admission: Admission): RequestHandler {
  return (request, _response, next) => {
    if (!isInternalRequest(request) && /^\/(api|v1)(\/|$)/i.test(request.path)) {
      admission.assertAddressMaySend(request);
    }
    next();
  };
}

function describeApi(nest: NestExpressApplication): void {
  const config = new DocumentBuilder()
    .setTitle("Mosaic")
    .setDescription("Every person's own private agent. Errors are RFC 9457 problem documents.")
    .setVersion("1")
    .addCookieAuth("mosaic_session")
    .build();
  SwaggerModule.setup("api/openapi", nest, () => SwaggerModule.createDocument(nest, config), {
    ui: false,
    raw: ["json"],
    jsonDocumentUrl: "api/openapi.json",
  });
}
