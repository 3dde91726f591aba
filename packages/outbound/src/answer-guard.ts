import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { fromSystemError, tooLargeAnswer, tooLargeHeader } from "./outbound-error.js";

/** RFC 9110, 15.2: a client reads them also when it expects none. undici breaks off at a `100 Continue`, so it is shown none of them. */
const informational = /^HTTP\/1\.[01] 1(?!01)\d\d/;
const statusLine = "HTTP/1.";
const statusBytes = "HTTP/1.1 1xx".length;
const headEnd = "\r\n\r\n";
const maxInformationalAnswers = 5;

/** Beside its body an answer has a head, sizes of chunks and the frame of TLS: 28 bytes, if each byte comes alone. */
const maxOverheadBytes = 1024 * 1024;
const maxOverheadPerBodyByte = 64;

/**
 * What undici leaves open about an answer, for the one call of a socket: a reason phrase or a chunk's extension without end, which no limit of
 * undici counts, ends it with `too_large`; and each fault is told as an `OutboundError`, by what the connection did first.
 */
export function guardAnswer(socket: Socket, host: string, maxHeaderBytes: number): Dispatcher.DispatcherComposeInterceptor {
  let bodyBytes = 0;
  const skipInformational = newSkipper(host, maxHeaderBytes);
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  socket.read = (size) => {
    const chunk = read(size);
    try {
      if (socket.bytesRead > maxOverheadBytes + maxOverheadPerBodyByte * bodyBytes) {
        throw tooLargeAnswer(host);
      }
      return chunk === null ? null : skipInformational(chunk);
    } catch (error) {
      socket.destroy(fromSystemError(error, host));
      return null;
    }
  };
  const faultOf = (error: Error) => fromSystemError(socket.readableEnded ? undefined : (socket.errored ?? error), host);
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (...request) => handler.onRequestStart?.(...request),
      onResponseStart: (...head) => handler.onResponseStart?.(...head),
      onResponseData: (controller, chunk) => {
        bodyBytes += chunk.length;
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, faultOf(error)),
    });
}

/** Takes what arrives and gives what follows informational answers; `null`: what came so far is no answer yet. */
function newSkipper(host: string, maxHeaderBytes: number): (chunk: Buffer) => Buffer | null {
  let head: Buffer | null = Buffer.alloc(0);
  let skipped = 0;
  return (chunk) => {
    if (head === null) {
      return chunk;
    }
    head = Buffer.concat([head, chunk]);
    while (informational.test(startOf(head)) && head.includes(headEnd)) {
      head = head.subarray(head.indexOf(headEnd) + headEnd.length);
      skipped += 1;
      if (skipped > maxInformationalAnswers) {
        throw fromSystemError(undefined, host);
      }
    }
    const start = startOf(head);
    if (informational.test(start) && head.length > maxHeaderBytes) {
      throw tooLargeHeader(host);
    }
    if (informational.test(start) || (start.length < statusBytes && statusLine.startsWith(start.slice(0, statusLine.length)))) {
      return null;
    }
    const answer = head;
    head = null;
    return answer;
  };
}

function startOf(head: Buffer): string {
  return head.toString("latin1", 0, statusBytes);
}
