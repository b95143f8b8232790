/** A Hopfield network as the server has it. */

import * as check from '../../check.ts'
import type { Hopfield } from '../../energy/hopfield.ts'
import type { RecallOrder, RecallResult } from '../../energy/hopfield-recall.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Matrix } from '../../matrix.ts'
import type { Seed } from '../../random/key.ts'
import { type Answer, rowsOf, seedJson } from '../answer.ts'
import { eachOf, known, matrixOf, seedOf, stacked } from '../fields.ts'
import { type Job, type Operation, operation, type ServedModel } from '../operation.ts'

const orders = ['random', 'sequential', 'synchronous'] as const
const MOST_SWEEPS = 100_000

export function serveHopfield(name: string, net: Hopfield): ServedModel {
  return {
    name,
    kind: 'hopfield',
    facts: { units: net.units },
    operations: { recall: operation(recall(net)) },
  }
}

interface Recall extends Job {
  /** As -1 and +1. */
  readonly probes: Matrix
  /** Whether they came as 0 and 1, as which they go back. */
  readonly binary: boolean
  readonly order: RecallOrder
  readonly maxSweeps: number
  readonly seed: Seed
}

function recall(net: Hopfield): Operation<Recall> {
  return {
    body: 'probes',
    read(given, limits) {
      const fields = known(given, ['probes', 'order', 'maxSweeps', 'seed'])
      const { probes, binary } = spins(matrixOf(limits, fields, 'probes', net.units, 'finite'))
      const order = check.oneOf('order', fields['order'] ?? 'random', orders)
      const maxSweeps = check.positiveInteger('maxSweeps', fields['maxSweeps'] ?? 1000, MOST_SWEEPS)
      const [rows, seed] = [probes.shape[0], seedOf(fields)]
      return { rows, probes, binary, order, maxSweeps, seed, together: `${order} ${maxSweeps}` }
    },
    async run(jobs, options) {
      const { order, maxSweeps, seed } = jobs[0]!
      const streams = jobs.map((job) => ({ seed: job.seed, chains: job.rows }))
      const draws = jobs.length === 1 ? { seed } : { streams }
      const probes = stacked(jobs.map((job) => job.probes))
      const result = await net.recall(probes, { order, maxSweeps, ...draws, ...options })
      return eachOf(jobs, (job, first) => recalled(result, job, first))
    },
  }
}

/** Each request's own encoding decides, whatever it shares a run with. Rows of only ones are -1 and +1. */
function spins(matrix: Matrix): { probes: Matrix; binary: boolean } {
  const binary = matrix.data.includes(0)
  const low = binary ? 0 : -1
  const wrong = matrix.data.findIndex((value) => value !== low && value !== 1)
  if (wrong >= 0) {
    const place = `${show(matrix.data[wrong])} in row ${Math.floor(wrong / matrix.shape[1])}`
    throw new ArgumentError(expected('probes', 'to hold only -1 and 1, or only 0 and 1', place))
  }
  return { probes: binary ? { ...matrix, data: matrix.data.map((value) => 2 * value - 1) } : matrix, binary }
}

function recalled(result: RecallResult, job: Recall, first: number): Answer {
  const states = rowsOf(result.states, first, job.rows)
  const one = <A extends Float64Array | Uint32Array>(data: A) => rowsOf({ data, shape: [data.length] }, first, job.rows)
  return {
    facts: {
      seed: seedJson(job.seed),
      converged: result.converged.slice(first, first + job.rows),
      cycles: result.cycles.slice(first, first + job.rows),
    },
    arrays: {
      states: job.binary ? { ...states, data: Int8Array.from(states.data, (y) => (y > 0 ? 1 : 0)) } : states,
      energies: one(result.energies),
      flips: one(result.flips),
      sweeps: one(result.sweeps),
    },
  }
}
