/** The begin of a training: step 0 of a flow, with the parameters that the first rows decide. */

import { deriveKey } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import { gather, type TrainingData } from './fit-data.ts'
import type { FlowSettings } from './fit-options.ts'
import { adoptParameters, type FlowCore, stream } from './flow-core.ts'

// Rows of a flow of vectors that layers start from, where batches are smaller: their spread is known to 2 %.
const STARTING_ROWS = 1024

/** Puts the flow at step 0 of a training with these settings. */
export async function startTraining(
  core: FlowCore,
  { train, marks }: TrainingData,
  settings: FlowSettings,
  epochs: number,
): Promise<void> {
  if (core.fresh) await initialize(core, train, settings)
  const count = core.parameters.current.values.length
  const [firstMoment, secondMoment] = ['firstMoment', 'secondMoment'].map((name) => {
    const moment = core.workspace.take(name, Float32Array, count)
    moment.view().fill(0)
    return moment
  })
  core.fresh = false
  core.training = {
    ...{ settings, horizon: epochs, marks, firstMoment: firstMoment!, secondMoment: secondMoment! },
    ...{ epoch: 0, step: 0, sum: 0, lastMean: Number.NaN, best: undefined, aside: undefined, ended: false },
  }
}

/** Sets what layers take from data (the scales of `Actnorm`), by the rows that come first in the first epoch. */
async function initialize(core: FlowCore, { matrix, context }: TrainingData['train'], settings: FlowSettings) {
  const { backend, dim, program, shape } = core
  const least = shape.height * shape.width > 1 ? settings.batch : Math.max(settings.batch, STARTING_ROWS)
  const order = shuffled(matrix.shape[0], BigInt(settings.seed), stream.order, 0).subarray(0, least)
  const next = core.parameters.take()
  next.values.view().set(core.parameters.current.values.view())
  const [rows, own] = [gather(matrix.data, dim, order), gather(context, core.context, order)]
  const { low, high } = deriveKey(BigInt(settings.seed), stream.noise)
  const noisy = new Float32Array(rows.length)
  if (settings.dequantize > 0) await backend.run('flowDequantize', rows, settings.dequantize, low, high, 0, 0, noisy)
  await backend.run('flowInitialize', program, next.values, settings.dequantize > 0 ? noisy : rows, own)
  adoptParameters(core, next)
}
