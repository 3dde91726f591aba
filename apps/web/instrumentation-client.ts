import { config } from "zod";

// Zod probes `new Function` when it builds an object schema; under our Content-Security-Policy the probe would be reported as a
// violation on every page. This file runs before any other client module.
config({ jitless: true });
