import { problems, type FieldFault, type ProblemCode } from "@mosaic/contracts/problem";

export interface AppErrorOptions {
  /** Safe for the user: what happened and what to do next. */
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  /** Only for the log. */
  readonly cause?: unknown;
  readonly meta?: Readonly<Record<string, string | number | boolean | null>>;
  readonly retryAfterSeconds?: number;
}

/** The one error that features throw. Its code is in `problems`; `ProblemFilter` turns it into an answer. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly errors: readonly FieldFault[] | undefined;
  readonly meta: AppErrorOptions["meta"];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, options: AppErrorOptions = {}) {
    super(problems[code].title, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors;
    this.meta = options.meta;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
