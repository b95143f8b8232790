/** An RBM as the server has it. */

import * as check from '../../check.ts'
import type { RBM } from '../../energy/rbm.ts'
import type { CompleteResult } from '../../energy/rbm-complete.ts'
import type { Partition } from '../../energy/rbm-partition.ts'
import type { SampleResult, Snapshot } from '../../energy/rbm-sample.ts'
import type { BinaryMatrix, Matrix } from '../../matrix.ts'
import type { Seed } from '../../random/key.ts'
import type { LongOptions } from '../../run/progress.ts'
import { type Answer, type AnswerArray, rowsOf, seedJson } from '../answer.ts'
import { eachOf, everyOf, firstChainOf, known, matrixOf, seedOf, stacked, streamsOf, sweepsOf } from '../fields.ts'
import { chainCount } from '../limits.ts'
import { once } from '../once.ts'
import { type Job, type Operation, operation, type ServedModel } from '../operation.ts'
import { completion, readCompletion } from './completion.ts'

export function serveRbm(name: string, rbm: RBM, closing: AbortSignal): ServedModel {
  return {
    name,
    kind: 'rbm',
    facts: { visible: rbm.visible, hidden: rbm.hidden },
    operations: {
      sample: operation(sampling(rbm)),
      'log-prob': operation(likelihood(rbm, closing)),
      complete: operation(completing(rbm)),
    },
  }
}

interface Sampling extends Job {
  readonly chains: number
  readonly firstChain: number
  readonly sweeps: number
  readonly seed: Seed
  readonly beta: number
  readonly init: Matrix | undefined
  readonly clamp: { readonly mask: Matrix; readonly values: Matrix } | undefined
  readonly every: number | undefined
  /** Also tell the probabilities that the samples were drawn from. */
  readonly probabilities: boolean
}

const sampleFields = ['chains', 'sweeps', 'seed', 'firstChain', 'beta', 'init', 'clamp', 'every', 'probabilities']

function sampling(rbm: RBM): Operation<Sampling> {
  return {
    read(given, limits) {
      const fields = known(given, sampleFields)
      const chains = chainCount(limits, fields['chains'], rbm.visible)
      const sweeps = sweepsOf(fields, 1000)
      const beta = check.numberWithin('beta', fields['beta'] ?? 1, 0, 1e6)
      const init = fields['init'] === undefined ? undefined : matrixOf(limits, fields, 'init', rbm.visible, 'binary')
      const clamp = fields['clamp'] === undefined ? undefined : clampOf(rbm, limits, fields['clamp'])
      const alone = init !== undefined || clamp !== undefined
      return {
        ...{ rows: chains, chains, sweeps, beta, init, clamp },
        seed: seedOf(fields),
        firstChain: firstChainOf(fields, chains),
        every: everyOf(fields, sweeps),
        probabilities: check.flag('probabilities', fields['probabilities'] ?? false),
        ...(!alone && { together: `${sweeps} ${beta}` }),
      }
    },
    async run(jobs, options) {
      const { sweeps, beta, init, clamp, seed, chains, firstChain } = jobs[0]!
      const shared = { sweeps, beta, ...options }
      const result =
        jobs.length === 1
          ? await rbm.sample({ ...shared, init, clamp: held(clamp), seed, chains, firstChain })
          : await rbm.sample({ ...shared, streams: streamsOf(jobs) })
      return eachOf(jobs, (job, first) => sampled(result, job, first))
    },
    steps: ({ every, ...job }, options) => (every === undefined ? undefined : steps(rbm, { ...job, every }, options)),
  }
}

function clampOf(rbm: RBM, limits: Parameters<Operation['read']>[1], value: unknown) {
  const clamp = check.options('clamp', (value ?? null) as Record<string, unknown>, ['mask', 'values'])
  const mask = flags(clamp['mask'])
  return {
    mask: matrixOf(limits, { 'clamp.mask': mask }, 'clamp.mask', rbm.visible, 'binary'),
    values: matrixOf(limits, { 'clamp.values': clamp['values'] }, 'clamp.values', rbm.visible, 'binary'),
  }
}

function flags(mask: unknown): unknown {
  return Array.isArray(mask) ? mask.map((one) => (typeof one === 'boolean' ? Number(one) : one)) : mask
}

function held(clamp: Sampling['clamp']) {
  return clamp && { mask: clamp.mask.data, values: clamp.values }
}

function sampled({ states, probabilities, sweep }: Snapshot, job: Sampling, first: number): Answer {
  return {
    facts: { seed: seedJson(job.seed), firstChain: job.firstChain, sweeps: sweep },
    arrays: {
      samples: rowsOf<BinaryMatrix>(states, first, job.rows),
      ...(job.probabilities && { probabilities: rowsOf<Matrix>(probabilities, first, job.rows) }),
    },
  }
}

/** The states after every so many sweeps, each run going on where the one before it ended. */
async function* steps(rbm: RBM, job: Sampling & { every: number }, options: LongOptions): AsyncIterable<Answer> {
  const { chains, firstChain, seed, beta, sweeps, every, clamp } = job
  let [done, init]: [number, Matrix | BinaryMatrix | undefined] = [0, job.init]
  while (done < sweeps) {
    const few = Math.min(every, sweeps - done)
    const { signal } = options
    const run = { chains, firstChain, seed, beta, clamp: held(clamp), signal }
    const result: SampleResult = await rbm.sample({ ...run, init, sweeps: few, firstSweep: done })
    done += few
    init = result.states
    yield sampled({ ...result, sweep: done }, job, 0)
  }
}

interface Likelihood extends Job {
  readonly data: Matrix
}

function likelihood(rbm: RBM, closing: AbortSignal): Operation<Likelihood> {
  // A constant of the model: whoever asks first waits for it. A fixed seed, so that every server says the same.
  const partition = once<Partition>(() => rbm.logPartition({ seed: 0, signal: closing }))
  return {
    body: 'data',
    read(given, limits) {
      const data = matrixOf(limits, known(given, ['data']), 'data', rbm.visible, 'binary')
      return { rows: data.shape[0], data, together: '' }
    },
    async run(jobs, options) {
      const freeEnergy = await rbm.freeEnergy(stacked(jobs.map(({ data }) => data)), { signal: options.signal })
      const { logZ, lower, upper, method } = await partition(options.signal)
      const facts = { logPartition: logZ, lower, upper, method }
      return eachOf(jobs, ({ rows }, first) => {
        const own = freeEnergy.subarray(first, first + rows)
        const logProb = own.map((energy) => -energy - logZ)
        return { facts, arrays: { logProb: vector(logProb), freeEnergy: vector(own) } }
      })
    },
  }
}

export function vector(data: Float64Array): AnswerArray {
  return { data, shape: [data.length] }
}

function completing(rbm: RBM) {
  return completion({
    body: 'data',
    read: (given, limits) => readCompletion(given, limits, rbm.visible, 'unit'),
    run: (data, mask, options): Promise<CompleteResult> => rbm.complete(data, mask, options),
  })
}
