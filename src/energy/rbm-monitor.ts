/** What the end of an epoch reports: pseudo-likelihoods of some rows, and the gap of free energies to validation data. */

import type { Matrix } from '../matrix.ts'
import { deriveKey } from '../random/key.ts'
import { shuffled } from '../random/shuffled.ts'
import { unpackValues } from './bits.ts'
import { type RbmCore, stream } from './rbm-core.ts'
import { BitRows } from './rbm-data.ts'
import type { FitOptions, FitProgress, Settings } from './rbm-options.ts'
import type { Parameters } from './rbm-parameters.ts'
import { freeEnergyOf, mean, pseudoLikelihoodsOf } from './rbm-rows.ts'

const USUAL_ROWS = 1000
// Units looked at in each row. Of 1000 rows of 784 units this leaves a standard error of a few nats.
const FLIPS = 10

export class Monitor {
  readonly #core: RbmCore
  readonly #rows: BitRows
  readonly #validation: BitRows | undefined
  readonly #seed: bigint
  readonly #most: number

  constructor(
    core: RbmCore,
    rows: BitRows,
    validation: Matrix | undefined,
    settings: Settings,
    { monitor = USUAL_ROWS }: Partial<FitOptions>,
  ) {
    this.#core = core
    this.#rows = rows
    this.#seed = BigInt(settings.seed)
    this.#most = monitor
    const way = settings.binarize === 'sample' ? 'sample' : 'threshold'
    const key = deriveKey(this.#seed, stream.monitor)
    this.#validation = validation && new BitRows(core, 'validationBits', validation, way, key)
  }

  async look(signal: AbortSignal | undefined): Promise<Pick<FitProgress, 'pseudoLogLikelihood' | 'validation'>> {
    if (this.#most === 0) return {}
    const known = this.#some(this.#rows)
    await this.#validation?.prepare(0, signal)
    return this.#core.parameters.read(async (parameters) => {
      const pseudoLogLikelihood = await this.#pseudoLikelihood(parameters, known, signal)
      if (this.#validation === undefined) return { pseudoLogLikelihood }
      const unknown = this.#some(this.#validation)
      const [there, here] = [
        await this.#freeEnergy(parameters, unknown, signal),
        await this.#freeEnergy(parameters, known, signal),
      ]
      const validation = {
        pseudoLogLikelihood: await this.#pseudoLikelihood(parameters, unknown, signal),
        freeEnergyGap: there - here,
      }
      return { pseudoLogLikelihood, validation }
    })
  }

  /** The same rows in every epoch, so that a curve over epochs is about the model alone. */
  #some(rows: BitRows): Uint32Array {
    return rows.take(shuffled(rows.rows, this.#seed, stream.monitor, 0).subarray(0, this.#most))
  }

  async #pseudoLikelihood(parameters: Parameters, bits: Uint32Array, signal: AbortSignal | undefined): Promise<number> {
    const chosen = { flips: FLIPS, key: deriveKey(this.#seed, stream.flips) }
    return mean(await pseudoLikelihoodsOf(this.#core, parameters, bits, chosen, { signal }))
  }

  async #freeEnergy(parameters: Parameters, bits: Uint32Array, signal: AbortSignal | undefined): Promise<number> {
    const values = unpackValues(this.#core.backend, bits, this.#core.visible)
    return mean(await freeEnergyOf(this.#core, parameters, values, { signal }))
  }
}
