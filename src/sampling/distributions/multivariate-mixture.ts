/** Mixtures of multivariate normal distributions. */

import { ArgumentError, expected } from '../../errors.ts'
import type { MatrixLike } from '../../matrix.ts'
import type { AliasTable } from '../../random/alias.ts'
import type { Proposal } from '../proposal.ts'
import type { SampleFrom } from './distribution.ts'
import { chooseComponents, logMixture, placesOf } from './mixture-parts.ts'
import { checkedRows, checkRowDraws, fillNormals, type MultivariateNormal } from './multivariate-normal.ts'

/** Made by `mixture` of multivariate normal distributions. */
export class MultivariateMixture implements Proposal {
  readonly dim: number
  readonly components: readonly MultivariateNormal[]
  /** Probabilities of the components; they sum to one. */
  readonly weights: Float64Array
  readonly #table: AliasTable

  constructor(components: readonly MultivariateNormal[], weights: Float64Array, table: AliasTable) {
    this.dim = components[0]!.dim
    this.components = components
    this.weights = weights
    this.#table = table
    const other = components.find(({ dim }) => dim !== this.dim)
    if (other !== undefined) {
      throw new ArgumentError(expected('components', `to have the same dimension, ${this.dim}`, other.dim))
    }
  }

  /** [d] */
  get mean(): Float64Array {
    const mean = new Float64Array(this.dim)
    for (const [k, component] of this.components.entries()) {
      for (let i = 0; i < this.dim; i++) mean[i]! += this.weights[k]! * component.mean[i]!
    }
    return mean
  }

  /**
   * Independent rows [n, d]. The normal numbers of row i are those that a component alone would take; which component it is
   * comes from a stream of its own.
   *
   * @param to how many rows, or a Float64Array [n, d] to fill
   * @param from `{ seed, first }`, `first` being the number of the first row; or an `Rng`, of which n d draws are used up
   */
  sample(to: number | Float64Array, from?: SampleFrom): Float64Array {
    const { rows, draws } = checkRowDraws(to, from, this.dim)
    const [d, n] = [this.dim, rows.length / this.dim]
    fillNormals(rows, draws)
    // One choice for every number of a row, of which the first counts: so the choices' places are those of the draws.
    const choices = chooseComponents(rows.length, this.#table, draws)
    for (const [k, places] of placesOf(choices, this.components.length, n, d).entries()) {
      const own = new Float64Array(places.length * d)
      for (const [j, i] of places.entries()) own.set(rows.subarray(i * d, (i + 1) * d), j * d)
      this.components[k]!.fromNormals(own)
      for (const [j, i] of places.entries()) rows.set(own.subarray(j * d, (j + 1) * d), i * d)
    }
    return rows
  }

  /** Log densities [n] of rows [n, d]: one flat array, an array of rows, or `{ data, shape: [n, d] }`. */
  logPdf(rows: MatrixLike): Float64Array {
    return this.logProb(checkedRows(rows, this.dim))
  }

  /** The same of a flat array [n, d], as proposals have it. */
  logProb(rows: Float64Array): Float64Array {
    const out = new Float64Array(rows.length / this.dim)
    logMixture(
      out,
      this.weights,
      this.components.map((component) => component.logProb(rows)),
    )
    return out
  }
}
