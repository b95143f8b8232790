/**
 * A flow whose law is a normal distribution: an affine map of the row. Its matrix is read off `forward`, so the laws of
 * conditionals and mixtures are known in closed form.
 */

import { Actnorm, Flow, Linear, Rescale } from '#gibbsite'
import { shaken } from './flows.ts'

export interface LinearFlow {
  readonly flow: Flow
  /** z = matrix x + offset; matrix [dim][dim]. */
  readonly matrix: readonly (readonly number[])[]
  readonly offset: readonly number[]
}

export async function linearFlow(dim: number, size = 0.4): Promise<LinearFlow> {
  const flow = shaken(new Flow([new Actnorm(), new Linear({ seed: 5 }), new Rescale()], { dim }), size)
  const points = [new Array<number>(dim).fill(0)]
  for (let i = 0; i < dim; i++) points.push(points[0]!.map((_, j) => (i === j ? 1 : 0)))
  const { z } = await flow.forward(points)
  const at = (point: number, i: number) => z.data[point * dim + i]!
  const offset = points[0]!.map((_, i) => at(0, i))
  return { flow, offset, matrix: offset.map((shift, i) => offset.map((_, j) => at(j + 1, i) - shift)) }
}

/** log N(matrix x + offset; 0, 1) but for the constant. */
export function energyOf({ matrix, offset }: LinearFlow, x: ArrayLike<number>): number {
  return offset.reduce((sum, shift, i) => {
    const z = matrix[i]!.reduce((total, slope, j) => total + slope * x[j]!, shift)
    return sum - (z * z) / 2
  }, 0)
}

/** The x with the highest density whose known numbers are those of `row`, by coordinate ascent. */
export function conditionalMode(
  { matrix, offset }: LinearFlow,
  row: readonly number[],
  known: readonly number[],
): number[] {
  const x = row.map((value, i) => (known[i] ? value : 0))
  for (let sweep = 0; sweep < 2000; sweep++) {
    for (let j = 0; j < x.length; j++) {
      if (known[j]) continue
      let [along, slope] = [0, 0]
      for (let i = 0; i < x.length; i++) {
        const z = matrix[i]!.reduce((total, a, k) => total + a * x[k]!, offset[i]!)
        along += matrix[i]![j]! * z
        slope += matrix[i]![j]! ** 2
      }
      x[j]! -= along / slope
    }
  }
  return x
}
