/** Completion by Gibbs chains with the known units held: the same for both kinds of RBM. */

import * as check from '../../check.ts'
import type { CompleteOptions } from '../../energy/rbm-complete.ts'
import type { Matrix, Rule } from '../../matrix.ts'
import type { Seed } from '../../random/key.ts'
import { type AnswerArray, rowsOf, seedJson } from '../answer.ts'
import { eachOf, known, knownMatrix, matrixOf, seedOf, stacked, sweepsOf } from '../fields.ts'
import type { Limits } from '../limits.ts'
import type { Fields, Job, Operation } from '../operation.ts'

export interface Completion extends Job {
  readonly data: Matrix
  /** [rows, V], zeros and ones. */
  readonly known: Matrix
  readonly sweeps: number
  readonly average: number
  readonly seed: Seed
}

/** Rows, which of their units are known, and how long the chains run. */
export function readCompletion(given: Fields, limits: Limits, columns: number, rule: Rule): Completion {
  const fields = known(given, ['data', 'known', 'sweeps', 'average', 'seed'])
  const data = matrixOf(limits, fields, 'data', columns, rule)
  const sweeps = sweepsOf(fields, 500)
  const average = check.positiveInteger('average', fields['average'] ?? Math.min(100, sweeps), sweeps)
  const rows = data.shape[0]
  const seed = seedOf(fields)
  return {
    rows,
    data,
    known: knownMatrix(fields, rows, columns),
    sweeps,
    average,
    seed,
    together: `${sweeps} ${average}`,
  }
}

interface Completed {
  readonly mean: AnswerArray
  readonly states: AnswerArray
  readonly sweeps: number
}

interface Parts {
  readonly body: string
  read(given: Fields, limits: Limits): Completion
  run(data: Matrix, known: Matrix, options: CompleteOptions): Promise<Completed>
}

/** The operation of a model that completes `data` [n, V] where `known` [n, V] is 0. */
export function completion({ body, read, run }: Parts): Operation<Completion> {
  return {
    body,
    read,
    async run(jobs, options) {
      const { sweeps, average, seed } = jobs[0]!
      const streams = jobs.map((job) => ({ seed: job.seed, chains: job.rows }))
      const [data, mask] = [stacked(jobs.map((job) => job.data)), stacked(jobs.map((job) => job.known))]
      const draws = jobs.length === 1 ? { seed } : { streams }
      const result = await run(data, mask, { sweeps, average, ...draws, ...options })
      return eachOf(jobs, (job, first) => ({
        facts: { seed: seedJson(job.seed), sweeps: result.sweeps },
        arrays: { mean: rowsOf(result.mean, first, job.rows), states: rowsOf(result.states, first, job.rows) },
      }))
    },
  }
}
