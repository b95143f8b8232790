/** Where chains start. */

import type { Backend } from '../backend/backend.ts'
import type { Density } from '../density/density.ts'
import { evaluateDensity } from '../density/evaluate.ts'
import { ArgumentError, DensityError, expected } from '../errors.ts'
import type { MatrixLike } from '../matrix.ts'
import { deriveKey, type Seed, toWords } from '../random/key.ts'
import { toRows } from './rows.ts'

/** Starting points as a user gives them, one for each chain or one for all: rows [chains, dim]. */
export function givenStart(init: MatrixLike, chains: number, dim: number): Float64Array {
  const { data, shape } = toRows('init', init, dim)
  if (shape[0] !== 1 && shape[0] !== chains) {
    throw new ArgumentError(expected('init', `to have 1 or ${chains} rows`, shape[0]))
  }
  const points = new Float64Array(chains * dim)
  for (let c = 0; c < chains; c++) points.set(shape[0] === 1 ? data : data.subarray(c * dim, (c + 1) * dim), c * dim)
  return points
}

/** Half the width of the cube that random starts come from, as in Stan. */
const REACH = 2
const ATTEMPTS = 100

/** Where random starts are wanted, and how. */
export interface RandomStart {
  readonly backend: Backend
  readonly density: Density
  readonly chains: number
  readonly firstChain: number
  readonly seed: Seed
  /** Number of the key of these draws among the sampler's. */
  readonly stream: number
  /** Turns a uniform on (0, 1) into a coordinate; default: uniform on (-2, 2). */
  readonly spread?: ((u: number) => number) | undefined
}

/**
 * Random points [chains, dim] where the density is not zero: for each chain the first of up to 100.
 *
 * @throws ArgumentError when a chain finds none
 * @throws DensityError naming the chain
 */
export function randomStart(where: RandomStart): Float64Array {
  const { backend, density, chains, firstChain } = where
  const { dim } = density
  const points = new Float64Array(chains * dim)
  const logDensity = new Float64Array(1)
  for (let chain = 0; chain < chains; chain++) {
    const point = points.subarray(chain * dim, (chain + 1) * dim)
    let attempt = 0
    do {
      if (attempt === ATTEMPTS) {
        const got = `none among ${ATTEMPTS} random points for chain ${firstChain + chain}; pass \`init\``
        throw new ArgumentError(expected('target', 'to have a density above 0 within (-2, 2)', got))
      }
      randomPoint(where, firstChain + chain, attempt++, point)
      namingChain(firstChain + chain, () => evaluateDensity(backend, density, point, logDensity, new Float64Array()))
      checkValue(logDensity[0]!, point, firstChain + chain)
    } while (logDensity[0] === Number.NEGATIVE_INFINITY)
  }
  return points
}

function randomPoint({ backend, seed, stream, spread }: RandomStart, chain: number, attempt: number, to: Float64Array) {
  const key = deriveKey(seed, stream)
  const { low, high } = toWords(chain)
  backend.kernels.randomUniformF64(to, key.low, key.high, low, high, attempt * to.length, 0, 1)
  for (let i = 0; i < to.length; i++) to[i] = spread ? spread(to[i]!) : REACH * (2 * to[i]! - 1)
}

/**
 * Log densities and gradients at the start, of chains from number `firstChain` on, of each of which there are `copies`.
 *
 * @throws DensityError or ArgumentError naming the chain
 */
export function evaluateStart(
  backend: Backend,
  density: Density,
  firstChain: number,
  copies: number,
  points: Float64Array,
  logDensity: Float64Array,
  gradient: Float64Array,
): void {
  const { dim } = density
  const chainOf = (row: number) => firstChain + Math.floor(row / copies)
  try {
    evaluateDensity(backend, density, points, logDensity, gradient)
  } catch (error) {
    throw error instanceof DensityError ? error.with({ chain: chainOf(error.row ?? 0) }) : error
  }
  for (let c = 0; c < logDensity.length; c++) {
    const chain = chainOf(c)
    checkValue(logDensity[c]!, points.subarray(c * dim, (c + 1) * dim), chain)
    if (logDensity[c] === Number.NEGATIVE_INFINITY) {
      throw new ArgumentError(
        expected('init', 'to have a density above 0', `a log density of -Infinity in chain ${chain}`),
      )
    }
  }
}

function checkValue(value: number, point: Float64Array, chain: number): void {
  if (!(value < Number.POSITIVE_INFINITY)) throw new DensityError(String(value), point.slice(), { chain })
}

function namingChain(chain: number, evaluate: () => void): void {
  try {
    evaluate()
  } catch (error) {
    throw error instanceof DensityError ? error.with({ chain }) : error
  }
}
