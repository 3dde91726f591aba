import type { Bundle } from "@mosaic/contracts/agent-config";
import { Places } from "../../platform/pressure/places.js";
import type { CallingContainer } from "./agent-config.types.js";

/** A rendering takes up to three of the pool's connections: a change that concerns everybody leaves the rest to people. */
const rendersAtOnce = 3;

export interface RenderWish {
  /** Somebody waits for it: not one of all after a change that concerns everybody. */
  readonly isUrgent: boolean;
  /** Called when the reading of rows begins: what is changed after that may not be in the result. */
  readonly onBegin?: () => void;
}

interface Flight {
  readonly bundle: Promise<Bundle>;
  readonly onBegin: (() => void)[];
  hasBegun: boolean;
}

/** Renders a few bundles at once. Whoever asks for one agent's meanwhile shares one rendering. */
export class BundleRenders {
  private readonly flights = new Map<string, Flight>();
  private readonly places = new Places({ size: rendersAtOnce, maxWaiting: Infinity });

  constructor(private readonly render: (caller: CallingContainer) => Promise<Bundle>) {}

  async bundleOf(caller: CallingContainer, { isUrgent, onBegin }: RenderWish): Promise<Bundle> {
    // A token that was replaced meanwhile has a rendering of its own, which is refused, and so has a port that was said.
    const key = `${caller.agentId} ${caller.token} ${caller.port ?? ""} ${caller.tokens ?? ""}`;
    const flight = this.flights.get(key) ?? this.begin(key, caller, isUrgent);
    if (onBegin !== undefined) {
      if (flight.hasBegun) {
        onBegin();
      } else {
        flight.onBegin.push(onBegin);
      }
    }
    return flight.bundle;
  }

  /** Something changed: what is being read now may be what was before, so nobody joins it any more. */
  forgetBegun(): void {
    for (const [key, flight] of this.flights) {
      if (flight.hasBegun) {
        this.flights.delete(key);
      }
    }
  }

  private begin(key: string, caller: CallingContainer, isUrgent: boolean): Flight {
    const flight: Flight = { hasBegun: false, onBegin: [], bundle: this.renderOnce(caller, isUrgent, () => this.markBegun(flight)) };
    this.flights.set(key, flight);
    const forget = (): void => {
      if (this.flights.get(key) === flight) {
        this.flights.delete(key);
      }
    };
    flight.bundle.then(forget, forget);
    return flight;
  }

  private markBegun(flight: Flight): void {
    flight.hasBegun = true;
    for (const tell of flight.onBegin.splice(0)) {
      tell();
    }
  }

  private async renderOnce(caller: CallingContainer, isUrgent: boolean, onBegin: () => void): Promise<Bundle> {
    // Later, so that the flight is there when it begins.
    await Promise.resolve();
    return this.places.run(
      async () => {
        onBegin();
        return this.render(caller);
      },
      { isUrgent },
    );
  }
}
