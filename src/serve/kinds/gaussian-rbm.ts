/** A Gaussian RBM as the server has it. */

import type { GaussianRBM } from '../../energy/gaussian-rbm.ts'
import type { Matrix } from '../../matrix.ts'
import type { Seed } from '../../random/key.ts'
import { rowsOf, seedJson } from '../answer.ts'
import { eachOf, firstChainOf, known, matrixOf, seedOf, stacked, streamsOf, sweepsOf } from '../fields.ts'
import { chainCount } from '../limits.ts'
import { once } from '../once.ts'
import { type Job, type Operation, operation, type ServedModel } from '../operation.ts'
import { completion, readCompletion } from './completion.ts'
import { vector } from './rbm.ts'

/** Hidden units up to which log Z can be summed up. */
const MOST_EXACT = 25

export function serveGaussianRbm(name: string, rbm: GaussianRBM, closing: AbortSignal): ServedModel {
  const exact = rbm.hidden <= MOST_EXACT
  return {
    name,
    kind: 'gaussian-rbm',
    facts: { visible: rbm.visible, hidden: rbm.hidden },
    operations: {
      sample: operation(sampling(rbm)),
      ...(exact && { 'log-prob': operation(likelihood(rbm, closing)) }),
      complete: operation(
        completion({
          body: 'data',
          read: (given, limits) => readCompletion(given, limits, rbm.visible, 'finite'),
          run: (data, mask, options) => rbm.complete(data, mask, options),
        }),
      ),
    },
  }
}

interface Sampling extends Job {
  readonly chains: number
  readonly firstChain: number
  readonly sweeps: number
  readonly seed: Seed
  readonly init: Matrix | undefined
}

function sampling(rbm: GaussianRBM): Operation<Sampling> {
  return {
    read(given, limits) {
      const fields = known(given, ['chains', 'sweeps', 'seed', 'firstChain', 'init'])
      const chains = chainCount(limits, fields['chains'], rbm.visible)
      const sweeps = sweepsOf(fields, 1000)
      const init = fields['init'] === undefined ? undefined : matrixOf(limits, fields, 'init', rbm.visible, 'finite')
      const [seed, firstChain] = [seedOf(fields), firstChainOf(fields, chains)]
      const together = init === undefined ? String(sweeps) : undefined
      return { rows: chains, chains, sweeps, init, seed, firstChain, together }
    },
    async run(jobs, options) {
      const { sweeps, init, seed, chains, firstChain } = jobs[0]!
      const own = jobs.length === 1 ? { init, seed, chains, firstChain } : { streams: streamsOf(jobs) }
      const { states, sweeps: done } = await rbm.sample({ sweeps, ...own, ...options })
      return eachOf(jobs, (job, first) => ({
        facts: { seed: seedJson(job.seed), firstChain: job.firstChain, sweeps: done },
        arrays: { samples: rowsOf(states, first, job.rows) },
      }))
    },
  }
}

interface Likelihood extends Job {
  readonly data: Matrix
}

function likelihood(rbm: GaussianRBM, closing: AbortSignal): Operation<Likelihood> {
  const partition = once(() => rbm.logPartition({ signal: closing }))
  return {
    body: 'data',
    read(given, limits) {
      const data = matrixOf(limits, known(given, ['data']), 'data', rbm.visible, 'finite')
      return { rows: data.shape[0], data, together: '' }
    },
    async run(jobs, options) {
      const freeEnergy = await rbm.freeEnergy(stacked(jobs.map(({ data }) => data)), { signal: options.signal })
      const logPartition = await partition(options.signal)
      return eachOf(jobs, ({ rows }, first) => {
        const own = freeEnergy.subarray(first, first + rows)
        const logProb = own.map((energy) => -energy - logPartition)
        return {
          facts: { logPartition, method: 'exact' },
          arrays: { logProb: vector(logProb), freeEnergy: vector(own) },
        }
      })
    },
  }
}
