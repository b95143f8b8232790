/** The first state of a new training: visible biases, offsets, and where the persistent chains start. */

import { deriveKey } from '../random/key.ts'
import { clipRates } from './annealed-chains.ts'
import { unpackValues, wordsPerRow } from './bits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import { type BitRows, type Survey, shuffled } from './rbm-data.ts'
import type { Settings } from './rbm-options.ts'
import { allocateParameters, copyParameters, type Parameters } from './rbm-parameters.ts'
import { columnMeans } from './rbm-rows.ts'
import { allocateArrays, arrayShapes, type TrainingArrays } from './rbm-training-state.ts'

export interface Beginning {
  readonly rows: BitRows
  readonly about: Survey
  readonly settings: Settings
  readonly epochs: number
  readonly initBias: boolean
}

// Rows whose hidden activities give the first offsets.
const OFFSET_ROWS = 1000

/** Puts the model at step 0 of a training with these settings. */
export async function startTraining(core: RbmCore, beginning: Beginning): Promise<void> {
  const { about, settings, epochs, initBias, rows } = beginning
  const { backend, visible, hidden } = core
  const parameters = allocateParameters(backend, visible, hidden)
  copyParameters(core.parameters.current, parameters)
  if (core.fresh && initBias) backend.kernels.logits(clipRates(about.means), parameters.visibleBias)
  const arrays = allocateArrays(backend, arrayShapes(settings, visible, hidden))
  await placeChains(core, parameters, rows, settings, arrays)
  if (settings.centred) await placeOffsets(core, parameters, beginning, arrays)
  core.parameters.write(parameters)
  core.fresh = false
  core.training = { settings, horizon: epochs, data: about.mark, means: about.means, arrays, epoch: 0, step: 0 }
}

/** P(h = 1 | v) of the first of the data's rows in a random order; rows are used again where there are too few. */
async function hiddenOfRows(core: RbmCore, parameters: Parameters, rows: BitRows, seed: bigint, count: number) {
  const order = shuffled(rows.rows, seed, stream.chainStart, 0)
  const chosen = Uint32Array.from({ length: count }, (_, i) => order[i % order.length]!)
  const values = unpackValues(core.backend, rows.take(chosen), core.visible).data
  const result = new Float32Array(count * core.hidden)
  await core.backend.run('rbmConditional', parameters.weights, parameters.hiddenBias, values, false, result)
  return result
}

/** h ~ P(h | v) of random rows, so that the chains start where the model shall go. All temperatures start at one row. */
async function placeChains(
  core: RbmCore,
  parameters: Parameters,
  rows: BitRows,
  { chains, temperatures, seed }: Settings,
  arrays: TrainingArrays,
): Promise<void> {
  if (chains === 0) return
  const one = await hiddenOfRows(core, parameters, rows, BigInt(seed), chains)
  const all = new Float32Array(one.length * temperatures.length)
  for (let r = 0; r < chains * temperatures.length; r++) {
    const chain = Math.floor(r / temperatures.length)
    all.set(one.subarray(chain * core.hidden, (chain + 1) * core.hidden), r * core.hidden)
  }
  const bits = new Uint32Array(chains * temperatures.length * wordsPerRow(core.hidden))
  const { low, high } = deriveKey(BigInt(seed), stream.chainStart)
  await core.backend.run('bitsBernoulli', all, core.hidden, low, high, 0, 0, bits)
  arrays.chains.view().set(bits)
}

/** The data's means, and the mean hidden activities on some rows. */
async function placeOffsets(
  core: RbmCore,
  parameters: Parameters,
  { rows, about, settings }: Beginning,
  arrays: TrainingArrays,
): Promise<void> {
  const count = Math.min(rows.rows, OFFSET_ROWS)
  const activities = await hiddenOfRows(core, parameters, rows, BigInt(settings.seed), count)
  arrays.visibleOffset.view().set(about.means)
  arrays.hiddenOffset.view().set(columnMeans({ data: activities, shape: [count, core.hidden] }))
}
