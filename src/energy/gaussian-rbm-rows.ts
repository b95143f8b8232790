/** What a Gaussian RBM says of given rows, one row at a time: conditional means and probabilities, energies. */

import { ArgumentError, expected } from '../errors.ts'
import { type Matrix, type MatrixLike, toMatrixInPieces } from '../matrix.ts'
import type { LongOptions } from '../run/progress.ts'
import { fromUnits, type GaussianCore, type GaussianParameters, toUnits } from './gaussian-rbm-core.ts'
import { byRows, checkedLongOptions, slice } from './rbm-rows.ts'

/** P(h = 1 | v) [n, H] of rows [n, V] of data. */
export async function hiddenProbabilities(
  core: GaussianCore,
  data: MatrixLike,
  given: LongOptions | undefined,
): Promise<Matrix> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('data', data, core.visible)
    const result = new Float32Array(matrix.shape[0] * core.hidden)
    await byRows(matrix.shape[0], options, async (first, count) => {
      const units = toUnits(core, parameters, 'data', slice(matrix.data, core.visible, first, count), first)
      result.set((await hiddenOf(core, parameters, units)).data, first * core.hidden)
    })
    return { data: result, shape: [matrix.shape[0], core.hidden] }
  })
}

/** P(h = 1 | x) of rows in the model's units. */
export async function hiddenOf(
  { backend, visible, hidden }: GaussianCore,
  { weights, hiddenBias, sigma }: GaussianParameters,
  units: Float32Array,
): Promise<Matrix> {
  const rows = units.length / visible
  const data = new Float32Array(rows * hidden)
  await backend.run('gaussianRbmHidden', weights, hiddenBias, sigma, units, data)
  return { data, shape: [rows, hidden] }
}

/** E(v | h) in data units, of hidden rows. */
export async function meansOf(
  core: GaussianCore,
  parameters: GaussianParameters,
  hidden: Float32Array,
): Promise<Float32Array> {
  const units = new Float32Array((hidden.length / core.hidden) * core.visible)
  await core.backend.run('gaussianRbmMeans', parameters.weights, parameters.visibleBias, hidden, units)
  return fromUnits(core, parameters, units)
}

export async function visibleMeans(
  core: GaussianCore,
  hidden: MatrixLike,
  given: LongOptions | undefined,
): Promise<Matrix> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('hidden', hidden, core.hidden, 'unit')
    const result = new Float32Array(matrix.shape[0] * core.visible)
    await byRows(matrix.shape[0], options, async (first, count) => {
      const means = await meansOf(core, parameters, slice(matrix.data, core.hidden, first, count))
      result.set(means, first * core.visible)
    })
    return { data: result, shape: [matrix.shape[0], core.visible] }
  })
}

/** Data to hidden probabilities and back. */
export async function reconstruct(
  core: GaussianCore,
  data: MatrixLike,
  given: LongOptions | undefined,
): Promise<Matrix> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const matrix = await toMatrixInPieces('data', data, core.visible)
    const result = new Float32Array(matrix.data.length)
    await byRows(matrix.shape[0], options, async (first, count) => {
      const units = toUnits(core, parameters, 'data', slice(matrix.data, core.visible, first, count), first)
      const hidden = await hiddenOf(core, parameters, units)
      result.set(await meansOf(core, parameters, hidden.data), first * core.visible)
    })
    return { data: result, shape: matrix.shape }
  })
}

export async function energy(
  core: GaussianCore,
  visible: MatrixLike,
  hidden: MatrixLike,
  given: LongOptions | undefined,
): Promise<Float64Array> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) => {
    const { weights, visibleBias, hiddenBias, sigma } = parameters
    const v = await toMatrixInPieces('visible', visible, core.visible)
    const h = await toMatrixInPieces('hidden', hidden, core.hidden, 'unit')
    const rows = v.shape[0]
    if (h.shape[0] !== rows) {
      throw new ArgumentError(expected('hidden', `to have as many rows as \`visible\`, ${rows}`, h.shape[0]))
    }
    const result = new Float64Array(rows)
    await byRows(rows, options, (first, count) => {
      const units = toUnits(core, parameters, 'visible', slice(v.data, core.visible, first, count), first)
      const states = slice(h.data, core.hidden, first, count)
      return core.backend.run(
        'gaussianRbmEnergy',
        ...([weights, visibleBias, hiddenBias, sigma, units, states, result.subarray(first, first + count)] as const),
      )
    })
    return result
  })
}

export async function freeEnergy(
  core: GaussianCore,
  data: MatrixLike,
  given: LongOptions | undefined,
): Promise<Float64Array> {
  const options = checkedLongOptions(given)
  return core.parameters.read(async (parameters) =>
    freeEnergyOf(core, parameters, await toMatrixInPieces('data', data, core.visible), options),
  )
}

export async function freeEnergyOf(
  core: GaussianCore,
  parameters: GaussianParameters,
  { data, shape }: Matrix,
  options: LongOptions,
): Promise<Float64Array> {
  const { weights, visibleBias, hiddenBias, sigma } = parameters
  const result = new Float64Array(shape[0])
  await byRows(shape[0], options, (first, count) => {
    const units = toUnits(core, parameters, 'data', slice(data, core.visible, first, count), first)
    const to = result.subarray(first, first + count)
    return core.backend.run('gaussianRbmFreeEnergy', weights, visibleBias, hiddenBias, sigma, units, to)
  })
  return result
}
