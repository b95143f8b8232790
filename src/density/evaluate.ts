/** Values of a density of either kind. */

import type { Backend } from '../backend/backend.ts'
import type { Density } from './density.ts'

/** Log densities [n] of points [n, dim] and, unless it is empty, gradients [n, dim]. */
export function evaluateDensity(
  backend: Backend,
  density: Density,
  points: Float64Array,
  logDensity: Float64Array,
  gradient: Float64Array,
): void {
  if (density.kind === 'script') {
    density.evaluate(points, logDensity, gradient.length > 0 ? gradient : undefined)
    return
  }
  const { dim, family, numbers, program } = density
  backend.kernels.densityEvaluate(dim, family, numbers, program, points, logDensity, gradient)
}
