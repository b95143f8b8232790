/** A flow as a target of the samplers: its log density and the gradient, for all points at once. */

import type { ScriptDensity } from '../density/density.ts'
import { scriptDensity } from '../density/script-density.ts'
import { coordinateNames } from '../density/target.ts'
import type { FlowCore } from './flow-core.ts'

const NONE = new Float32Array()
const NO_LOG_DET = new Float64Array()

/**
 * log p(x | context) of the parameters that the flow has when it is evaluated. Points are rounded to float32, as all rows
 * are. Where a flow begins with a logit the density is 0 outside of the logit's interval.
 *
 * @param context one row, [core.context]
 */
export function flowDensity(core: FlowCore, context: Float32Array): ScriptDensity {
  return scriptDensity(core.dim, coordinateNames(core.dim), {
    logDensityBatch(points, logDensity) {
      const { backend, program, parameters, prepared } = core
      const x = Float32Array.from(points)
      const made = prepared.current ?? NONE
      const contexts = repeated(context, logDensity.length)
      backend.kernels.flowForward(program, parameters.current.values, made, x, contexts, NONE, NO_LOG_DET, logDensity)
      emptyOutside(core, x, logDensity)
    },
    logDensityAndGradientBatch(points, logDensity, gradient) {
      const { backend, program, parameters } = core
      const [x, slope] = [Float32Array.from(points), new Float32Array(points.length)]
      const contexts = repeated(context, logDensity.length)
      const { values } = parameters.current
      backend.kernels.flowGradient(program, values, x, contexts, 1, true, logDensity, NONE, slope)
      gradient.set(slope)
      emptyOutside(core, x, logDensity)
    },
  })
}

function repeated(context: Float32Array, rows: number): Float32Array {
  if (context.length === 0 || rows === 1) return context
  const all = new Float32Array(rows * context.length)
  for (let r = 0; r < rows; r++) all.set(context, r * context.length)
  return all
}

/** How near to the ends of its interval a logit may be too large for float32. */
const END = 1e-6

/** Rows outside of a logit's interval have log densities of NaN: no failure of the flow, but a density of 0. */
function emptyOutside({ dim, layers }: FlowCore, x: Float32Array, logDensity: Float64Array): void {
  const { kind, options } = layers[0]!
  if (kind !== 'logit') return
  const alpha = options['alpha'] as number
  const outside = (value: number) => {
    const p = alpha + (1 - 2 * alpha) * value
    return !(p > END && p < 1 - END)
  }
  for (let r = 0; r < logDensity.length; r++) {
    if (Number.isFinite(logDensity[r]) || !x.subarray(r * dim, (r + 1) * dim).some(outside)) continue
    logDensity[r] = Number.NEGATIVE_INFINITY
  }
}
