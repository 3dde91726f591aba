import { request as requestHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { DemoModelService } from "../demo/demo-model.service.js";
import { DemoSettingsService } from "../demo/demo-settings.service.js";
import { onClosed } from "../../platform/http/gone-signal.js";
import { announcedBytes } from "./relay-body.js";
import { RELAY_LIMITS, RelayPlaces, type RelayCaller, type RelayLimits } from "./relay-places.js";

/** Of an agent's headers those that the demo model answers by. */
const passedOn = ["content-type", "content-length", "transfer-encoding", "authorization", "anthropic-version"] as const;
const returned = ["content-type", "retry-after"] as const;
const calledPath = /^v1\/[a-z/]{1,40}(?:\/[\w.-]{1,100})?$/;
/** As many as the demo model answers at once. */
const callsInAll = 64;
const callsPerOwner = callsInAll / 4;
/** The demo model reads no more either, of a body that does not say how long it is. */
const maxBodyBytes = 2 * 1024 * 1024;

/** Passes an agent's call on to the demo model's thread, and its answer back: bytes that nobody here reads. */
@Injectable()
export class DemoRelayService {
  private readonly places: RelayPlaces;

  constructor(
    private readonly demo: DemoModelService,
    private readonly settings: DemoSettingsService,
    @Inject(RELAY_LIMITS) limits: RelayLimits,
  ) {
    this.places = new RelayPlaces({ ...limits, callsInAll, callsPerOwner: Math.min(limits.callsPerOwner, callsPerOwner) });
  }

  /** Throws `not_found` for a path that no model has, `demo_model_off`, `body_too_large`, `too_many_requests`, and `provider_failed` when the thread is gone before it answers. */
  async pass(caller: RelayCaller, called: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!calledPath.test(called)) {
      throw new AppError("not_found");
    }
    await this.settings.assertOn();
    announcedBytes(request, maxBodyBytes);
    await this.places.call(caller, async () => {
      const below = called.slice("v1/".length);
      await exchange(new URL(`${await this.demo.baseUrl()}/${below}`), request, response);
    });
  }
}

async function exchange(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const onGone = (): void => {
    call.destroy();
    resolve(undefined);
  };
  const options = { method: request.method, headers: picked(request.headers, passedOn), agent: false };
  const call = requestHttp(url, options, (answer) => {
    response.off("close", onGone);
    response.writeHead(answer.statusCode ?? 502, picked(answer.headers, returned));
    // Breaking off is told by breaking off.
    pipeline(answer, response)
      .catch(() => response.destroy())
      .then(() => resolve(undefined), reject);
  });
  onClosed(response, onGone);
  call.once("error", (error) => {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      resolve(undefined);
    } else {
      reject(new AppError("provider_failed", { detail: "The demo model broke off. Send the message again.", cause: error }));
    }
  });
  request.pipe(call);
  await promise;
}

function picked(headers: IncomingMessage["headers"], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}
