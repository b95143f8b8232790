/** What the server counts, for Prometheus. */

import type { Registry } from 'prom-client'
import type { OnRun } from './batcher.ts'
import type { Desk } from './desk.ts'
import type { OperationName } from './operation.ts'

export interface Metrics {
  readonly registry: Registry
  /** Told of every answer. */
  answered(route: string, status: number, seconds: number): void
  /** Told of the runs of one operation. */
  runs(model: string, operation: OperationName | 'mcmc'): OnRun
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** @param prom the package `prom-client` */
export function makeMetrics(prom: typeof import('prom-client'), desk: Desk): Metrics {
  const registry = new prom.Registry()
  const registers = [registry]
  prom.collectDefaultMetrics({ register: registry })
  const answers = new prom.Histogram({
    ...{ name: 'gibbsite_http_seconds', help: 'Time from a request to the end of its answer', registers },
    ...{ labelNames: ['route', 'status'] as const, buckets: SECONDS },
  })
  const labelNames = ['model', 'operation'] as const
  const runSeconds = new prom.Histogram({
    ...{ name: 'gibbsite_run_seconds', help: 'Time of a run of kernels', registers, labelNames, buckets: SECONDS },
  })
  const batches = new prom.Histogram({
    ...{ name: 'gibbsite_run_requests', help: 'Requests that a run served', registers, labelNames, buckets: COUNTS },
  })
  const rows = new prom.Counter({
    ...{ name: 'gibbsite_rows_total', help: 'Rows sampled, completed, recalled or evaluated', registers, labelNames },
  })
  gauge(prom, registry, 'gibbsite_requests', 'Requests that are being served', () => desk.visits)
  gauge(prom, registry, 'gibbsite_runs', 'Runs under way', () => desk.running)
  gauge(prom, registry, 'gibbsite_runs_waiting', 'Runs that wait for a place', () => desk.waiting)
  return {
    registry,
    answered: (route, status, seconds) => answers.observe({ route, status }, seconds),
    runs: (model, operation) => {
      const labels = { model, operation }
      return (requests, count, seconds) => {
        runSeconds.observe(labels, seconds)
        batches.observe(labels, requests)
        rows.inc(labels, count)
      }
    },
  }
}

function gauge(
  prom: typeof import('prom-client'),
  registry: Registry,
  name: string,
  help: string,
  read: () => number,
): void {
  new prom.Gauge({
    ...{ name, help, registers: [registry] },
    collect() {
      this.set(read())
    },
  })
}
