import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { fromSystemError, tooLargeAnswer, tooLargeHeader } from "./outbound-error.js";

/** RFC 9110, 15.2: a client reads them also when it expects none. undici breaks off at a `100 Continue`, so it is shown none of them. */
const informational = /^HTTP\/1\.[01] 1(?!01)\d\d(?!\d)/;
const statusLine = "HTTP/1.";
const statusBytes = "HTTP/1.1 1xx ".length;
const headEnd = "\r\n\r\n";
const maxInformationalAnswers = 5;

/** Beside its body an answer has a head, sizes of chunks and the frame of TLS: 28 bytes, if each byte comes alone. */
const maxOverheadBytes = 1024 * 1024;
const maxOverheadPerBodyByte = 64;

/** undici goes through all that it is given, also after a head that is too large, at several microseconds a line. */
const maxPieceBytes = 8 * 1024;

/**
 * What undici leaves open about an answer, for the one call of a socket: a reason phrase or a chunk's extension without end, which no limit of
 * undici counts, ends it with `too_large`; and each fault is told as an `OutboundError`, by what the connection did first.
 */
export function guardAnswer(socket: Socket, host: string, maxHeaderBytes: number): Dispatcher.DispatcherComposeInterceptor {
  let bodyBytes = 0;
  /** `null`: the answer says it chunk by chunk. `undefined`: it ends with the connection. */
  let length: number | null | undefined;
  const skipInformational = newSkipper(host, maxHeaderBytes);
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  const readPiece = (size?: number): Buffer | null => {
    const chunk = socket.destroyed ? null : read(size ?? Math.min(socket.readableLength, maxPieceBytes));
    if (socket.bytesRead > maxOverheadBytes + maxOverheadPerBodyByte * bodyBytes) {
      throw tooLargeAnswer(host);
    }
    // A reader stops at `null`, and hears of no more as long as anything is left.
    return chunk === null ? null : (skipInformational(chunk) ?? readPiece(size));
  };
  socket.read = (size) => {
    try {
      return readPiece(size);
    } catch (error) {
      socket.destroy(fromSystemError(error, host));
      return null;
    }
  };
  const faultOf = (error: Error) => fromSystemError(socket.readableEnded ? undefined : (socket.errored ?? error), host);
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (...request) => handler.onRequestStart?.(...request),
      onResponseStart: (controller, status, headers, reason) => {
        length = lengthOf(status, headers);
        handler.onResponseStart?.(controller, status, headers, reason);
      },
      onResponseData: (controller, chunk) => {
        bodyBytes += chunk.length;
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd: (controller, trailers) => {
        // undici takes a connection that was reset for one that has ended.
        if (length === undefined && socket.errored !== null) {
          handler.onResponseError?.(controller, faultOf(socket.errored));
        } else {
          handler.onResponseEnd?.(controller, trailers);
        }
      },
      onResponseError: (controller, error) => {
        // undici forgets that it has all of it where the reader lags behind, and can't read a length with a space after it.
        if (bodyBytes === length) {
          handler.onResponseEnd?.(controller, {});
        } else {
          handler.onResponseError?.(controller, faultOf(error));
        }
      },
    });
}

function lengthOf(status: number, headers: IncomingHttpHeaders): number | null | undefined {
  if (status < 200 || headers["transfer-encoding"] !== undefined) {
    return null;
  }
  const { "content-length": length } = headers;
  return length === undefined ? undefined : Number(length);
}

/** Takes what arrives and gives what follows informational answers; `null`: what came so far is no answer yet. */
function newSkipper(host: string, maxHeaderBytes: number): (chunk: Buffer) => Buffer | null {
  let head: Buffer | null = Buffer.alloc(0);
  let skipped = 0;
  return (chunk) => {
    if (head === null) {
      return chunk;
    }
    head = withoutBlankLines(Buffer.concat([head, chunk]));
    while (informational.test(startOf(head)) && head.includes(headEnd)) {
      head = withoutBlankLines(head.subarray(head.indexOf(headEnd) + headEnd.length));
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

/** As Node's and undici's parser: they may stand before an answer. */
function withoutBlankLines(head: Buffer): Buffer {
  const first = head.findIndex((byte) => byte !== 13 && byte !== 10);
  return first === 0 ? head : head.subarray(first < 0 ? head.length : first);
}

function startOf(head: Buffer): string {
  return head.toString("latin1", 0, statusBytes);
}
