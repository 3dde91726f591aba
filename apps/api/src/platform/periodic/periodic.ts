import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { Logger } from "../logging/logger.js";
import { Shutdown } from "../shutdown/shutdown.js";
import { Loop, type Task } from "./loop.js";

/** All that this process does again and again by itself. */
@Injectable()
export class Periodic implements OnApplicationBootstrap {
  private readonly loops: Loop[] = [];

  constructor(
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
  ) {}

  /** To be called while the application is put together: what it begins with has to be there for a first run. */
  every(everyMs: number, task: Omit<Task, "everyMs">): Loop {
    const loop = new Loop({ ...task, everyMs }, this.shutdown, this.logger);
    this.loops.push(loop);
    return loop;
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) {
      loop.start();
    }
  }
}
