/** Somebody wants the supervisor to end: a signal, or the death of the process that started it. The first reason counts. */
export class StopRequest {
  reason: string | null = null;
  readonly asked: Promise<undefined>;
  private readonly resolve: (value: undefined) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.asked = promise;
    this.resolve = resolve;
    for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => this.ask(signal));
  }

  ask(reason: string): void {
    this.reason ??= reason;
    this.resolve(undefined);
  }
}
