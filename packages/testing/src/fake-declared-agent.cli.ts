#!/usr/bin/env node
import { readFakeDeclaredSettings, startFakeDeclaredAgent } from "./fake-declared-agent.js";

try {
  const agent = await startFakeDeclaredAgent(readFakeDeclaredSettings(process.env));
  console.log(`listening on ${agent.port}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void agent.close().finally(() => process.exit(0)));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
