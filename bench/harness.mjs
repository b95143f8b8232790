// How a workload is timed: one warm-up, then at least 7 repetitions of at least 0.15 s each, the median is the value.
//
// Machines are shared, so a repetition counts as clean when everything else used less than an eighth of a core meanwhile
// (Linux; elsewhere all count). The median is over the clean ones where there are 3 or more, and `clean` says how many.
//
// A workload is { id, unit, work, setup(library) -> run } with `work` units done by one call of `run`, which may be
// asynchronous; or { id, unit, samples(context) -> values }, when it times itself (value is then their median).
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

const REPETITIONS = Number(process.env.BENCH_REPS ?? 7)
const MOST_SECONDS = Number(process.env.BENCH_MAX_S ?? 20)
const LEAST_SECONDS = Number(process.env.BENCH_MIN_REP_S ?? 0.15)
const FOREIGN_CORES = 0.12
const LEAST_CLEAN = 3

/** Times one workload; the object that is printed as a JSON line. */
export async function measure(workload, context) {
  const { values, clean } = workload.samples
    ? await timeItself(workload, context)
    : await timeCalls(await workload.setup(context.library), workload.work)
  const cleanValues = values.filter((_, i) => clean[i])
  const used = (cleanValues.length >= LEAST_CLEAN ? cleanValues : values).sort((a, b) => a - b)
  return {
    workload: workload.id,
    peer: `gibbsite-${context.backend}`,
    unit: workload.unit,
    value: rounded(median(used)),
    min: rounded(used[0]),
    max: rounded(used.at(-1)),
    threads: context.threads,
    reps: used.length,
    clean: cleanValues.length,
  }
}

async function timeItself(workload, context) {
  const values = await workload.samples({ ...context, repetitions: REPETITIONS })
  return { values, clean: values.map(() => true) }
}

async function timeCalls(run, work) {
  await run()
  const calls = callsPerRepetition(await seconds(run, 1))
  const [values, clean] = [[], []]
  const start = performance.now()
  const enough = () => {
    const late = performance.now() - start > 1000 * MOST_SECONDS
    return clean.filter(Boolean).length >= REPETITIONS || (late && values.length >= REPETITIONS)
  }
  while (!enough()) {
    const before = foreignSeconds()
    const time = await seconds(run, calls)
    // /proc/stat counts in hundredths of a second.
    clean.push((foreignSeconds() - before) / time < FOREIGN_CORES + 0.02 / time)
    values.push((work * calls) / time)
  }
  return { values, clean }
}

const callsPerRepetition = (time) => Math.max(1, Math.ceil((1.1 * LEAST_SECONDS) / time))

async function seconds(run, calls) {
  const start = performance.now()
  for (let i = 0; i < calls; i++) {
    const pending = run()
    if (pending instanceof Promise) await pending
  }
  return (performance.now() - start) / 1000
}

/** Processor time that others have used so far, other virtual machines included; 0 where it can't be known. */
function foreignSeconds() {
  const { user, system } = process.cpuUsage()
  return Math.max(0, machineSeconds() - (user + system) / 1e6)
}

function machineSeconds() {
  if (process.platform !== 'linux') return 0
  const [, user, nice, kernel, , , irq, soft, steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9).map(Number)
  return (user + nice + kernel + irq + soft + steal) / 100
}

const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
const rounded = (value) => Number(value.toPrecision(6))
