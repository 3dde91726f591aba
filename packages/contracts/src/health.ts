import { z } from "zod";

export const checkState = z.enum(["ok", "warning", "failing"]);

export const healthCheck = z.object({
  id: z.enum(["database", "clock", "disk", "runtime", "isolation", "provider", "image", "memory", "agent_files", "settings", "sign_in"]),
  label: z.string(),
  state: checkState,
  /** What was found, and what to do when it is not ok. */
  detail: z.string(),
});
export type HealthCheck = z.infer<typeof healthCheck>;

export const healthReport = z.object({ checks: z.array(healthCheck) }).meta({ id: "HealthReport" });
export type HealthReport = z.infer<typeof healthReport>;

/** Liveness and version, open to everybody; says nothing about the installation. */
export const liveness = z.object({ status: z.literal("ok") }).meta({ id: "Liveness" });
