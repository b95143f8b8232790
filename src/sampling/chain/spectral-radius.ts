/** The largest modulus of the eigenvalues of a matrix that is too large to find them all. */

import type { BackendArray } from '../../backend/backend.ts'
import { multiply } from './matrix-powers.ts'
import type { Work } from './work.ts'

/** After so many squarings the norm's share is below 2^-44. */
const SQUARINGS = 44
const ZERO = -10_000

/**
 * lim ||A^m||^(1/m) [Gelfand 1941], m = 2^44 by repeated squaring, scaled by powers of two. It ends earlier where only one
 * eigenvalue, or only two (such as a pair that is not real), are left in a power beside zeros: then they are known.
 *
 * The error is that of a backward stable method: rounding in the first squarings counts most, as a change of A.
 *
 * @param matrix [n, n], given back to the work's store
 */
export async function spectralRadius(work: Work, matrix: BackendArray<Float64Array>, n: number): Promise<number> {
  const scaled = await scaledPower(work, matrix, n)
  return new Squaring(work, n, scaled).run()
}

/** A^(2^k), as power 2^exponent; `scale` is the exponent of the last step. */
interface Scaled {
  readonly power: BackendArray<Float64Array>
  readonly scale: number
}

async function scaledPower(work: Work, power: BackendArray<Float64Array>, n: number): Promise<Scaled> {
  return { power, scale: await work.run(2 * n * n, 'matrixRescale', n, power) }
}

class Squaring {
  readonly #work: Work
  readonly #n: number
  #last: Scaled | undefined
  #now: Scaled
  /** The root that the scales so far stand for, as a power of two. */
  #exponent = 0
  #lastExponent = 0

  constructor(work: Work, n: number, first: Scaled) {
    this.#work = work
    this.#n = n
    this.#now = first
    this.#exponent = first.scale
  }

  async run(): Promise<number> {
    for (let k = 0; k < SQUARINGS && this.#now.scale !== ZERO; k++) {
      const square = await multiply(this.#work, this.#now.power, this.#now.power, this.#n)
      const radius = await this.#known(square, k)
      if (radius !== undefined) {
        this.#work.give(square)
        return this.#end(radius)
      }
      if (this.#last !== undefined) this.#work.give(this.#last.power)
      this.#last = this.#now
      this.#lastExponent = this.#exponent
      this.#now = await scaledPower(this.#work, square, this.#n)
      this.#exponent += this.#now.scale * 2 ** -(k + 1)
    }
    const { scale } = this.#now
    return this.#end(scale === ZERO ? 0 : await this.#work.run(1, 'matrixRoot', 1, SQUARINGS, this.#exponent))
  }

  /** From the square of power k. */
  async #known(square: BackendArray<Float64Array>, k: number): Promise<number | undefined> {
    const work = this.#work
    const cost = 4 * this.#n ** 2
    const one = await work.run(cost, 'matrixFactor', this.#now.power, square, this.#n)
    if (one !== 0) return work.run(1, 'matrixRoot', one, k, this.#exponent)
    if (this.#last === undefined) return undefined
    const { power, scale } = this.#now
    const two = await work.run(3 * cost, 'matrixPair', this.#last.power, power, scale, square, this.#n)
    return two === 0 ? undefined : work.run(1, 'matrixRoot', two, k - 1, this.#lastExponent)
  }

  #end(radius: number): number {
    this.#work.give(this.#now.power)
    if (this.#last !== undefined) this.#work.give(this.#last.power)
    return radius
  }
}
