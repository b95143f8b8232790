import * as check from '../../check.ts'
import { ArgumentError, expected, show } from '../../errors.ts'
import type { FlowShape, Layer, LayerTensor } from '../layer.ts'

export interface LogitOptions {
  /** How far the ends 0 and 1 are kept from the logit's poles: at least 0, below 0.5. Default 0.05. */
  alpha?: number | undefined
}

/**
 * The logit at the data end [Dinh, Sohl-Dickstein, Bengio 2017]: y = log(p / (1 - p)) with p = alpha + (1 - 2 alpha) x,
 * number by number, which takes intensities in [0, 1] to the whole line; with
 * log |det| = sum log(1 - 2 alpha) - log p - log(1 - p). Without parameters.
 *
 * @example
 * new Flow([new Logit(), ...], { shape: [28, 28, 1] })      // of images between 0 and 1
 */
export class Logit implements Layer {
  readonly kind = 'logit'
  readonly options: { readonly alpha: number }

  constructor(options?: LogitOptions) {
    const { alpha = 0.05 } = check.options('options', options, ['alpha'])
    if (!(typeof alpha === 'number' && alpha >= 0 && Math.fround(alpha) < 0.5)) {
      throw new ArgumentError(expected('alpha', 'to be a number of at least 0 and below 0.5', show(alpha)))
    }
    this.options = { alpha }
  }

  shapeAfter(shape: FlowShape): FlowShape {
    return shape
  }

  tensors(): readonly LayerTensor[] {
    return []
  }

  words(): readonly number[] {
    return [...new Int32Array(Float32Array.of(this.options.alpha).buffer)]
  }
}
