export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON. A test names the type that it expects, as a cast would. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  json<T = Record<string, unknown>>(): T;
}

export interface RequestOptions {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Speaks to the API as a browser on its own origin does; with a `bearer`, as a program. */
export class TestClient {
  readonly baseUrl: string;
  readonly userId: string | null;
  readonly bearer: string | undefined;
  cookie: string | undefined;

  constructor(baseUrl: string, options: { cookie?: string; userId?: string; bearer?: string } = {}) {
    this.baseUrl = baseUrl;
    this.cookie = options.cookie;
    this.bearer = options.bearer;
    this.userId = options.userId ?? null;
  }

  async get(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.request("GET", path, undefined, options);
  }

  async post(path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request("POST", path, body, options);
  }

  async patch(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request("PATCH", path, body, options);
  }

  async put(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.request("PUT", path, body, options);
  }

  async delete(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.request("DELETE", path, undefined, options);
  }

  /** A file to be sent with a message. */
  async upload(name: string, content: Uint8Array<ArrayBuffer> | string, options: RequestOptions = {}): Promise<Answer> {
    const headers = { "content-type": "application/octet-stream", "x-file-name": encodeURIComponent(name), ...options.headers };
    return this.request("POST", "/api/files", content, { ...options, headers });
  }

  /** The response itself, for streams. A string or bytes are sent as they are, anything else as JSON. */
  async open(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<Response> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(method === "GET" || this.bearer !== undefined ? {} : { origin: this.baseUrl }),
        ...(this.bearer === undefined ? {} : { authorization: `Bearer ${this.bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...options.headers,
      },
      ...(body === undefined
        ? {}
        : {
            body:
              typeof body === "string" || body instanceof Uint8Array ? (body as NonNullable<RequestInit["body"]>) : JSON.stringify(body),
          }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    this.keepCookie(response);
    return response;
  }

  async request(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
    const response = await this.open(method, path, body, options);
    const text = await response.text();
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
    return { status: response.status, headers: response.headers, text, json: <T>() => JSON.parse(text) as T };
  }

  private keepCookie(response: Response): void {
    const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith("mosaic_session="));
    if (session !== undefined) {
      const pair = session.split(";")[0] ?? "";
      this.cookie = pair === "mosaic_session=" ? undefined : pair;
    }
  }
}
