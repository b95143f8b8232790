/** The first state of a new training: visible biases, offsets, and where the persistent chains start. */

import { deriveKey } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import { clipRates } from './annealed-chains.ts'
import { unpackValues } from './bits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import type { BitRows, Survey } from './rbm-data.ts'
import type { Settings } from './rbm-options.ts'
import type { Parameters } from './rbm-parameters.ts'
import { columnMeans } from './rbm-rows.ts'
import { arrayShapes, newArrays, type TrainingArrays } from './rbm-training-state.ts'

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
  const { about, settings, epochs, initBias } = beginning
  const visibleBias = new Float32Array(core.visible)
  core.backend.kernels.logits(clipRates(about.means), visibleBias)
  const arrays = newArrays(arrayShapes(settings, core.visible, core.hidden))
  await core.parameters.read(async (parameters) => {
    await placeChains(core, parameters, beginning, arrays)
    if (settings.centred) await placeOffsets(core, parameters, beginning, arrays)
  })
  if (core.fresh && initBias) core.parameters.write({ visibleBias })
  core.fresh = false
  core.training = { settings, horizon: epochs, data: about.mark, means: about.means, arrays, epoch: 0, step: 0 }
}

/** P(h = 1 | v) of the first of the data's rows in a random order; rows are used again where there are too few. */
async function hiddenOfRows(
  core: RbmCore,
  { weights, hiddenBias }: Parameters,
  { rows, settings }: Beginning,
  count: number,
): Promise<Float32Array> {
  const order = shuffled(rows.rows, BigInt(settings.seed), stream.chainStart, 0)
  const chosen = Uint32Array.from({ length: count }, (_, i) => order[i % order.length]!)
  const values = unpackValues(core.backend, rows.take(chosen), core.visible).data
  const result = new Float32Array(count * core.hidden)
  await core.backend.run('rbmConditional', weights, hiddenBias, values, false, result)
  return result
}

/** h ~ P(h | v) of random rows, so that the chains start where the model shall go. All temperatures start at one row. */
async function placeChains(
  core: RbmCore,
  parameters: Parameters,
  beginning: Beginning,
  arrays: TrainingArrays,
): Promise<void> {
  const { chains, temperatures, seed } = beginning.settings
  if (chains === 0) return
  const one = await hiddenOfRows(core, parameters, beginning, chains)
  const all = new Float32Array(one.length * temperatures.length)
  for (let r = 0; r < chains * temperatures.length; r++) {
    const chain = Math.floor(r / temperatures.length)
    all.set(one.subarray(chain * core.hidden, (chain + 1) * core.hidden), r * core.hidden)
  }
  const { low, high } = deriveKey(BigInt(seed), stream.chainStart)
  await core.backend.run('bitsBernoulli', all, core.hidden, low, high, 0, 0, arrays.chains)
}

/** The data's means, and the mean hidden activities on some rows. */
async function placeOffsets(
  core: RbmCore,
  parameters: Parameters,
  beginning: Beginning,
  arrays: TrainingArrays,
): Promise<void> {
  const count = Math.min(beginning.rows.rows, OFFSET_ROWS)
  const activities = await hiddenOfRows(core, parameters, beginning, count)
  arrays.visibleOffset.set(beginning.about.means)
  arrays.hiddenOffset.set(columnMeans({ data: activities, shape: [count, core.hidden] }))
}
