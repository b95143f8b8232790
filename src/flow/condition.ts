/** The watch over linear layers: parameters that can't be inverted in single precision are not taken. */

import { IllConditionedError } from '../errors.ts'
import type { FlowCore } from './flow-core.ts'
import { layerName } from './program.ts'

/** @throws IllConditionedError that names the first linear layer whose condition number would be beyond 10^6 */
export function checkCondition({ backend, program, layers }: FlowCore, values: Float32Array): void {
  const layer = backend.kernels.flowIllConditioned(program, values)
  if (layer >= 0) throw new IllConditionedError(layerName(layers, layer))
}
