import { monitorEventLoopDelay } from "node:perf_hooks";
import { readPool } from "./db.server.ts";
import { gauges } from "./metrics.server.ts";

/** Of the process that answers the scrape, under the names that dashboards of Node.js and OpenTelemetry know. */
const startedAtSeconds = Date.now() / 1000 - process.uptime();
const RESOLUTION_MS = 20;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

/** How late this process' timers were since somebody last asked, at worst but for one in a hundred. */
export function takeEventLoopDelaySeconds(): number {
  // What is measured is from one timer to the next: the wait that was asked for is no delay.
  const seconds = delay.percentile(99) / 1e9 - RESOLUTION_MS / 1000;
  delay.reset();
  return Math.max(0, seconds);
}

gauges(
  {
    "process.cpu_seconds_total": { description: "Processor time used.", unit: "s", grows: true },
    "process.resident_memory_bytes": { description: "Memory held.", unit: "By" },
    "process.start_time_seconds": { description: "When the process began, in Unix time.", unit: "s" },
    "nodejs.eventloop_lag_p99_seconds": {
      description: "How late timers were since the last scrape, at the 99th percentile.",
      unit: "s",
    },
  },
  async () => {
    const { user, system } = process.cpuUsage();
    return [
      { name: "process.cpu_seconds_total", value: (user + system) / 1e6 },
      { name: "process.resident_memory_bytes", value: process.memoryUsage.rss() },
      { name: "process.start_time_seconds", value: startedAtSeconds },
      { name: "nodejs.eventloop_lag_p99_seconds", value: takeEventLoopDelaySeconds() },
    ];
  },
);

gauges(
  {
    "db.client.connections": { description: "Connections to the database, used or idle." },
    "db.client.connections.max": { description: "The most connections that there can be." },
    "db.client.connections.pending": { description: "What waits for a connection." },
  },
  async () => {
    const { used, idle, waiting, limit } = readPool();
    return [
      { name: "db.client.connections", value: used, labels: { state: "used" } },
      { name: "db.client.connections", value: idle, labels: { state: "idle" } },
      { name: "db.client.connections.max", value: limit },
      { name: "db.client.connections.pending", value: waiting },
    ];
  },
);
