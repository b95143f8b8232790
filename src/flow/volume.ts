/** The log-determinant of flows that have the same one for all rows: NICE, rotations, rescaling. */

import { ArgumentError, expected } from '../errors.ts'
import type { FlowCore } from './flow-core.ts'
import { Inverse } from './inverse.ts'
import { layerName } from './program.ts'

/** A stretch of the parameters whose sum counts `factor` times. */
export interface VolumeTerm {
  readonly offset: number
  readonly length: number
  readonly factor: number
}

/**
 * What log |det df/dx| is the sum of.
 *
 * @throws ArgumentError that names the first layer whose log-determinant depends on the row
 */
export function volumeTerms({ layers, shape, tensors }: FlowCore): VolumeTerm[] {
  const terms: VolumeTerm[] = []
  let before = shape
  for (const [i, layer] of layers.entries()) {
    if (layer.logVolume === undefined) {
      const wanted = 'to be of layers whose log-determinant is the same for all rows'
      throw new ArgumentError(expected('flow', wanted, layerName(layers, i)))
    }
    const tensor = tensors.find(({ layer: of, name }) => of === i && name === layer.logVolume)
    const pixels = before.height * before.width
    if (tensor) terms.push({ ...tensor, factor: layer instanceof Inverse ? -pixels : pixels })
    before = layer.shapeAfter(before, layerName(layers, i))
  }
  return terms
}

/** log |det df/dx|, one for all rows, in nats. */
export function logVolume({ parameters }: FlowCore, terms: readonly VolumeTerm[]): number {
  const values = parameters.current.values.view()
  let total = 0
  for (const { offset, length, factor } of terms) {
    let sum = 0
    for (let i = offset; i < offset + length; i++) sum += values[i]!
    total += factor * sum
  }
  return total
}
