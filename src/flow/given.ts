/** A conditional flow with its context fixed: a distribution of rows. */

import type { ScriptDensity } from '../density/density.ts'
import type { MatrixLike } from '../matrix.ts'
import type { FlowCore } from './flow-core.ts'
import { flowDensity } from './flow-density.ts'
import { type LogProbOptions, logProbOf } from './rows.ts'
import { type FlowSample, type FlowSampleOptions, sample } from './sample.ts'

/**
 * p(x | context) of a flow, made by `flow.given`. Like an unconditional flow it is a proposal of importance sampling and
 * independence Metropolis, and a target of the samplers.
 */
export class GivenFlow {
  /** Numbers in a row. */
  readonly dim: number
  readonly #core: FlowCore
  readonly #context: Float32Array

  /** @param context one row, [core.context] */
  constructor(core: FlowCore, context: Float32Array) {
    this.dim = core.dim
    this.#core = core
    this.#context = context
  }

  /** As `Flow.sample`, every row with this context. */
  sample(n: number, options?: Omit<FlowSampleOptions, 'context'>): Promise<FlowSample> {
    return sample(this.#core, n, { ...options, context: this.#context })
  }

  /** As `Flow.logProb`, every row with this context. */
  logProb(x: MatrixLike, options?: Omit<LogProbOptions, 'context'>): Promise<Float64Array> {
    return logProbOf(this.#core, x, { ...options, context: this.#context })
  }

  /** What the samplers evaluate. */
  toDensity(): ScriptDensity {
    return flowDensity(this.#core, this.#context)
  }
}
