import { inspect } from "node:util";

const redacted = "[redacted]";

/** A value that must not be shown: prints, logs and serializes as `[redacted]`, and is opened where it is used. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  open(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
