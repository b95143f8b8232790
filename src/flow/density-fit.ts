/** Training of a flow on an unnormalised density: reverse Kullback-Leibler, by samples of the flow. */

import type { BackendArray } from '../backend/backend.ts'
import { inPieces } from '../backend/pieces.ts'
import type { Density } from '../density/density.ts'
import { evaluateDensity } from '../density/evaluate.ts'
import { resolveTarget, type Target } from '../density/target.ts'
import { AbortError, ArgumentError, DensityError, DivergenceError, expected } from '../errors.ts'
import { deriveKey, type Key, type Seed } from '../random/key.ts'
import { Pace } from '../run/progress.ts'
import type { Stepwise } from '../run/stepwise.ts'
import { trainAlone } from '../run/training.ts'
import { baseDraws } from './base-draws.ts'
import {
  checkDensityFit,
  type DensityFitOptions,
  type DensityFitProgress,
  type DensityFitSettings,
  flattening,
  rateAt,
} from './density-fit-options.ts'
import { type FlowCore, stream, writeParameters } from './flow-core.ts'
import { layerName } from './program.ts'

export interface DensityFitResult {
  /** Steps finished. */
  readonly steps: number
  /** The same options with this seed give the same flow. */
  readonly seed: Seed
  /** A report for every hundred steps. */
  readonly history: readonly DensityFitProgress[]
}

/** Steps between reports. */
const REPORT = 100
/** Longest time that steps, which are made on this thread, keep the event loop from its work. */
const MILLISECONDS = 15
/** Multiplications of a step beyond which its products are made on another thread. */
const LARGE_STEP = 1 << 24
const NONE = new Float32Array()
const NOT_WANTED = new Float64Array()

export function startDensityFit(
  core: FlowCore,
  target: Target,
  given: DensityFitOptions | undefined,
): Stepwise<DensityFitResult, DensityFitProgress> {
  const check = () => ({ ...checkDensityFit(given), density: checkTarget(core, target) })
  return trainAlone(core, 'fitDensity', check, ({ density, ...settings }, report) => {
    return new DensityFit(core, density, settings).run(report)
  })
}

function checkTarget(core: FlowCore, target: Target): Density {
  const density = resolveTarget(target)
  if (density.dim !== core.dim) {
    throw new ArgumentError(expected('target.dim', `to be ${core.dim}, as of the flow`, density.dim))
  }
  if (!density.hasGradient) {
    const wanted = 'to have a gradient, `logDensityAndGradient` or `logDensityAndGradientBatch`'
    throw new ArgumentError(expected('target', wanted, 'one without'))
  }
  if (core.context > 0) {
    throw new ArgumentError(expected('fitDensity', 'to be called of a flow without context', `${core.context} numbers`))
  }
  return density
}

/** The samples of a step, and what is known of them. */
interface Samples {
  readonly x: Float32Array
  readonly logProb: Float64Array
  readonly points: Float64Array
  readonly logTarget: Float64Array
  readonly gradient: Float64Array
}

/**
 * Maximises E[log target(x) + log |det dx/dz|], x = f^-1(z), by the gradient of its mean over a batch of z. It works on a
 * copy of the parameters; each piece of steps that is done is published to the flow.
 */
class DensityFit {
  readonly #core: FlowCore
  readonly #density: Density
  readonly #settings: DensityFitSettings
  readonly #key: Key
  #values: BackendArray<Float32Array>
  #updated: BackendArray<Float32Array>
  readonly #gradient: BackendArray<Float32Array>
  readonly #moments: readonly [BackendArray<Float32Array>, BackendArray<Float32Array>]
  readonly #samples: Samples
  readonly #history: DensityFitProgress[] = []
  readonly #pace = new Pace()
  readonly #started = performance.now()
  #step = 0
  #bound = { sum: 0, steps: 0 }

  constructor(core: FlowCore, density: Density, settings: DensityFitSettings) {
    const { batch } = settings
    const parameters = core.parameters.current.values
    const take = (name: string) => core.workspace.take(`density fit: ${name}`, Float32Array, parameters.length)
    this.#core = core
    this.#density = density
    this.#settings = settings
    this.#key = deriveKey(settings.seed, stream.reverse)
    this.#values = take('parameters')
    this.#updated = take('updated')
    this.#gradient = take('gradient')
    this.#moments = [take('first moment'), take('second moment')]
    this.#samples = {
      x: new Float32Array(batch * core.dim),
      logProb: new Float64Array(batch),
      points: new Float64Array(batch * core.dim),
      logTarget: new Float64Array(batch),
      gradient: new Float64Array(batch * core.dim),
    }
    this.#values.view().set(parameters.view())
    for (const moment of this.#moments) moment.view().fill(0)
  }

  async run(report: (progress: DensityFitProgress) => Promise<void>): Promise<DensityFitResult> {
    const { steps } = this.#settings
    try {
      while (this.#step < steps) await report(await this.#part(Math.min(REPORT, steps - this.#step)))
    } catch (error) {
      if (!(error instanceof AbortError)) throw error
      throw new AbortError(this.#result(), { cause: error.cause })
    }
    return this.#result()
  }

  #result(): DensityFitResult {
    return { steps: this.#step, seed: this.#settings.seed, history: this.#history }
  }

  /** Some steps, and the report on them. */
  async #part(steps: number): Promise<DensityFitProgress> {
    const { signal, onProgress } = this.#settings
    const onPiece = () => {
      if (this.#pace.due()) onProgress?.(this.#progress())
    }
    this.#bound = { sum: 0, steps: 0 }
    await inPieces(steps, (_, count) => this.#advance(count), { signal, onPiece, milliseconds: MILLISECONDS })
    const progress = this.#progress()
    this.#history.push(progress)
    if (this.#step === this.#settings.steps) onProgress?.(progress)
    return progress
  }

  #progress(): DensityFitProgress {
    const { steps } = this.#settings
    const seconds = (performance.now() - this.#started) / 1000
    return {
      step: this.#step,
      steps,
      bound: this.#bound.sum / this.#bound.steps,
      learningRate: rateAt(this.#settings, this.#step - 1),
      secondsLeft: (seconds / this.#step) * (steps - this.#step),
    }
  }

  async #advance(count: number): Promise<void> {
    try {
      for (let i = 0; i < count; i++) await this.#oneStep()
    } finally {
      writeParameters(this.#core, this.#values.view())
      this.#core.fresh = false
    }
  }

  async #oneStep(): Promise<void> {
    const { batch } = this.#settings
    const z = baseDraws(this.#core, { key: this.#key, first: this.#step * batch, rows: batch, temperature: 1 })
    await this.#draw(z)
    await this.#findGradient(z)
    this.#update()
    const { logTarget, logProb } = this.#samples
    this.#bound.sum += logTarget.reduce((sum, value, i) => sum + (value - logProb[i]!), 0) / batch
    this.#bound.steps++
    this.#step++
  }

  /** x = f^-1(z) and its log densities. */
  async #draw(z: Float32Array): Promise<void> {
    const { program } = this.#core
    const { x, logProb, points, logTarget, gradient } = this.#samples
    const fine = await this.#run('flowInverse', program, this.#values, NONE, z, NONE, x, NOT_WANTED, logProb)
    if (!fine) throw this.#diverged(this.#core.backend.kernels.flowLocate(program, this.#values, z, NONE, true))
    points.set(x)
    evaluateDensity(this.#core.backend, this.#density, points, logTarget, gradient)
    checkReached(this.#samples, this.#core.dim)
  }

  /** Of what is to become small: minus the mean of log target(x), flattened, and log |det|. */
  async #findGradient(z: Float32Array): Promise<void> {
    const { batch } = this.#settings
    const { x, gradient } = this.#samples
    const weight = -flattening(this.#settings, this.#step) / batch
    for (let i = 0; i < x.length; i++) x[i] = weight * gradient[i]!
    this.#gradient.view().fill(0)
    const { program } = this.#core
    await this.#run(
      'flowInverseGradient',
      ...([program, this.#values, z, NONE, x, -1 / batch, true, this.#gradient, NONE] as const),
    )
  }

  #update(): void {
    const { clip } = this.#settings
    const rate = rateAt(this.#settings, this.#step)
    const bad = this.#core.backend.kernels.adamStep(
      ...([this.#gradient, rate, clip, 0, new Uint32Array(), this.#step] as const),
      ...([this.#values, ...this.#moments, this.#updated] as const),
    )
    if (bad >= 0) throw this.#diverged(this.#core.tensors.findLast(({ offset }) => offset <= bad)!.layer)
    ;[this.#values, this.#updated] = [this.#updated, this.#values]
  }

  /** A call of a kernel, at once where that takes less time than the way to another thread. */
  async #run<K extends 'flowInverse' | 'flowInverseGradient'>(
    kernel: K,
    ...args: Parameters<FlowCore['backend']['kernels'][K]>
  ): Promise<ReturnType<FlowCore['backend']['kernels'][K]>> {
    const { backend } = this.#core
    if (this.#values.length * this.#settings.batch > LARGE_STEP) return backend.run(kernel, ...args)
    const call = backend.kernels[kernel] as (...all: typeof args) => ReturnType<(typeof backend.kernels)[K]>
    return call(...args)
  }

  #diverged(layer: number): DivergenceError {
    return new DivergenceError(this.#step, layerName(this.#core.layers, Math.max(0, layer)))
  }
}

/** Samples where there is no density have an infinite divergence, and no gradient. */
function checkReached({ points, logTarget }: Samples, dim: number): void {
  const row = logTarget.indexOf(Number.NEGATIVE_INFINITY)
  if (row < 0) return
  const wanted = 'the log density to be finite wherever the flow has samples'
  throw new DensityError('-Infinity', points.slice(row * dim, (row + 1) * dim), { row, wanted })
}
