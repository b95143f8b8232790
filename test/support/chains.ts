/** Draws against what they should be: by their bytes, or by the standard errors that `summary` gives. */

import { type SampleRun, summary } from '#gibbsite'
import { firstDifference } from './bytes.ts'

/** Where two runs of numbers first differ in a bit; -1 where nowhere. */
export function firstOtherNumber(a: Float64Array, b: Float64Array): number {
  const bytes = (values: Float64Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const at = firstDifference(bytes(a), bytes(b))
  return at < 0 ? -1 : Math.floor(at / 8)
}

/** The draws of one chain, [draws, variables]. */
export function chainOf(run: SampleRun, chain: number): Float64Array {
  const size = run.shape[1] * run.shape[2]
  return run.data.slice(chain * size, (chain + 1) * size)
}

/** Draws first ... end - 1 of every chain, [chains, end - first, variables]. */
export function drawsBetween(run: SampleRun, first: number, end: number): Float64Array {
  const [chains, , variables] = run.shape
  const size = (end - first) * variables
  const part = new Float64Array(chains * size)
  for (let c = 0; c < chains; c++) {
    part.set(chainOf(run, c).subarray(first * variables, end * variables), c * size)
  }
  return part
}

/** What a variable should be: its moments, and values with the probabilities that it lies below them. */
export interface Truth {
  readonly mean?: number
  readonly variance?: number
  readonly below?: readonly (readonly [value: number, probability: number])[]
}

/**
 * Estimates further than `errors` Monte Carlo standard errors from the truth, in words. Expectations of functions of a
 * variable are means of these functions' draws.
 */
export function misses(run: SampleRun, truths: Record<string, Truth>, errors = 4): string[] {
  const [chains, draws] = run.shape
  const found: string[] = []
  const judge = (name: string, values: Float64Array, wanted: number) => {
    const [row] = summary({ data: values, shape: [chains, draws, 1], names: [name] }).rows
    const z = (row!.mean - wanted) / row!.mcse_mean
    // An error as wide as the variable itself would excuse any mean.
    if (!(row!.mcse_mean < 0.2 * row!.sd)) found.push(`${name}: an error of ${row!.mcse_mean} proves nothing`)
    if (!(Math.abs(z) < errors)) found.push(`${name}: ${row!.mean} instead of ${wanted}, ${z} standard errors`)
  }
  for (const [name, { mean, variance, below = [] }] of Object.entries(truths)) {
    const values = run.values(name)
    if (mean !== undefined) judge(name, values, mean)
    if (variance !== undefined) {
      judge(
        `(${name} - mean)^2`,
        values.map((x) => (x - mean!) ** 2),
        variance,
      )
    }
    for (const [value, probability] of below) {
      judge(
        `${name} < ${value}`,
        values.map((x) => (x < value ? 1 : 0)),
        probability,
      )
    }
  }
  return found
}
