/** A normalizing flow as the server has it. */

import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { Flow } from '../../flow/flow.ts'
import { oneHot } from '../../flow/one-hot.ts'
import type { Matrix } from '../../matrix.ts'
import type { Seed } from '../../random/key.ts'
import { rowsOf, seedJson } from '../answer.ts'
import { eachOf, firstChainOf, known, knownMatrix, matrixOf, seedOf, stacked, streamsOf } from '../fields.ts'
import { chainCount, checkRows, type Limits } from '../limits.ts'
import { type Fields, type Job, type Operation, operation, type ServedModel } from '../operation.ts'
import { vector } from './rbm.ts'

const MOST_STEPS = 100_000
const MOST_RESTARTS = 64

export function serveFlow(name: string, flow: Flow): ServedModel {
  return {
    name,
    kind: 'flow',
    facts: { dim: flow.dim, context: flow.context, layers: flow.layers.length },
    operations: {
      sample: operation(sampling(flow)),
      'log-prob': operation(likelihood(flow)),
      complete: operation(inpainting(flow)),
    },
  }
}

/** What rows are conditioned on, a row for each of them; undefined for a flow without. A `label` is its unit vector. */
function contextOf(flow: Flow, limits: Limits, fields: Fields, rows: number): Matrix | undefined {
  const { label, context } = fields
  if (label !== undefined && context !== undefined) {
    throw new ArgumentError(expected('label', 'to be left out where `context` is given', show(label)))
  }
  if (flow.context === 0) {
    if (label === undefined && context === undefined) return undefined
    const name = label === undefined ? 'context' : 'label'
    throw new ArgumentError(expected(name, 'to be left out for a flow without context', show(fields[name])))
  }
  checkRows(limits, 'context', rows, flow.context)
  const matrix = label === undefined ? matrixOf(limits, fields, 'context', flow.context, 'finite') : labels(flow, label)
  if (matrix.shape[0] === rows) return matrix
  if (matrix.shape[0] === 1) return stacked(Array.from({ length: rows }, () => matrix))
  throw new ArgumentError(expected('context', `to have 1 or ${rows} rows`, matrix.shape[0]))
}

function labels(flow: Flow, label: unknown): Matrix {
  return oneHot((Array.isArray(label) ? label : [label]) as number[], flow.context)
}

/** All have a context or none has: it is the flow that wants one. */
function shared(jobs: readonly { readonly context: Matrix | undefined }[]) {
  const contexts = jobs.flatMap(({ context }) => context ?? [])
  return contexts.length === 0 ? {} : { context: stacked(contexts) }
}

interface Sampling extends Job {
  readonly chains: number
  readonly firstChain: number
  readonly seed: Seed
  readonly temperature: number
  readonly context: Matrix | undefined
}

function sampling(flow: Flow): Operation<Sampling> {
  return {
    read(given, limits) {
      const fields = known(given, ['chains', 'seed', 'firstChain', 'temperature', 'label', 'context'])
      const chains = chainCount(limits, fields['chains'], flow.dim)
      const temperature = check.numberWithin('temperature', fields['temperature'] ?? 1, 0, 1e6)
      const context = contextOf(flow, limits, fields, chains)
      const [seed, firstChain] = [seedOf(fields), firstChainOf(fields, chains)]
      return { rows: chains, chains, seed, firstChain, temperature, context, together: String(temperature) }
    },
    async run(jobs, options) {
      const rows = jobs.reduce((sum, job) => sum + job.rows, 0)
      const { temperature } = jobs[0]!
      const sample = await flow.sample(rows, { temperature, streams: streamsOf(jobs), ...shared(jobs), ...options })
      return eachOf(jobs, (job, first) => ({
        facts: { seed: seedJson(job.seed), firstChain: job.firstChain },
        arrays: { samples: rowsOf<Matrix>(sample, first, job.rows) },
      }))
    },
  }
}

interface Likelihood extends Job {
  readonly data: Matrix
  readonly context: Matrix | undefined
}

function likelihood(flow: Flow): Operation<Likelihood> {
  return {
    body: 'data',
    read(given, limits) {
      const fields = known(given, ['data', 'label', 'context'])
      const data = matrixOf(limits, fields, 'data', flow.dim, 'finite')
      const rows = data.shape[0]
      return { rows, data, context: contextOf(flow, limits, fields, rows), together: '' }
    },
    async run(jobs, options) {
      const logProb = await flow.logProb(stacked(jobs.map(({ data }) => data)), { ...shared(jobs), ...options })
      return eachOf(jobs, ({ rows }, first) => ({
        facts: {},
        arrays: { logProb: vector(logProb.subarray(first, first + rows)) },
      }))
    },
  }
}

interface Inpainting extends Job {
  readonly data: Matrix
  readonly known: Matrix
  readonly context: Matrix | undefined
  readonly steps: number
  readonly restarts: number
  readonly seed: Seed
}

/** Climbs draw by the numbers of their rows, so each request runs by itself. */
function inpainting(flow: Flow): Operation<Inpainting> {
  return {
    body: 'data',
    read(given, limits) {
      const fields = known(given, ['data', 'known', 'steps', 'restarts', 'seed', 'label', 'context'])
      const data = matrixOf(limits, fields, 'data', flow.dim, 'finite')
      const rows = data.shape[0]
      const restarts = check.positiveInteger('restarts', fields['restarts'] ?? 4, MOST_RESTARTS)
      const steps = check.positiveInteger('steps', fields['steps'] ?? 500, MOST_STEPS)
      checkRows(limits, 'steps, with the restarts of all rows', steps + 1, rows * restarts)
      const context = contextOf(flow, limits, fields, rows)
      return { rows, data, known: knownMatrix(fields, rows, flow.dim), context, steps, restarts, seed: seedOf(fields) }
    },
    async run([job], options) {
      const { data, known: mask, steps, restarts, seed } = job!
      const result = await flow.inpaint(data, mask, { steps, restarts, seed, ...shared([job!]), ...options })
      const { logProb } = result
      return [
        {
          facts: { seed: seedJson(seed), steps: result.steps },
          arrays: { mean: { data: result.data, shape: result.shape }, logProb: vector(logProb) },
        },
      ]
    },
  }
}
