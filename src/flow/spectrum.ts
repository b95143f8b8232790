/** The spectrum of a flow that ends in a diagonal scaling, as NICE does. */

import { ArgumentError, expected } from '../errors.ts'
import type { FlowCore } from './flow-core.ts'
import { layerName } from './program.ts'

export interface Spectrum {
  /** S_ii [dim] of the last layer, z_i = S_ii h_i: large where a dimension matters little, since h_i then varies little. */
  readonly scale: Float64Array
  /** [dim]: the dimensions of z from the one that matters most, of the smallest S_ii, to the one that matters least. */
  readonly order: Uint32Array
}

/** @throws ArgumentError where the last layer is no `Rescale` */
export function spectrum(core: FlowCore): Spectrum {
  const last = core.layers.length - 1
  const tensor = core.tensors.find(({ layer }) => layer === last)
  if (core.layers[last]!.kind !== 'rescale' || tensor === undefined) {
    const wanted = 'to end in a rescale layer, as those of `nice` do, to have a spectrum'
    throw new ArgumentError(expected('flow', wanted, layerName(core.layers, last)))
  }
  const { offset, length } = tensor
  const scale = Float64Array.from(core.parameters.current.values.view().subarray(offset, offset + length))
  core.backend.kernels.exponentials(scale.slice(), 0, scale)
  const order = Uint32Array.from(scale.keys()).sort((a, b) => scale[a]! - scale[b]! || a - b)
  return { scale, order }
}
