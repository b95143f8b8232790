/** Layers as plain JSON, as files keep them, and back. */

import * as check from '../check.ts'
import type { JsonObject } from '../io/model-file.ts'
import { Inverse } from './inverse.ts'
import { type Layer, opcodes } from './layer.ts'
import { Actnorm } from './layers/actnorm.ts'
import { Coupling } from './layers/coupling.ts'
import { Linear } from './layers/linear.ts'
import { Logit } from './layers/logit.ts'
import { Permutation } from './layers/permutation.ts'
import { Planar } from './layers/planar.ts'
import { Rescale } from './layers/rescale.ts'
import { Split } from './layers/split.ts'
import { Squeeze } from './layers/squeeze.ts'

type Options = Record<string, never>

/** Every constructor checks its options, so those of a file may be anything. */
const makers: { readonly [Kind in Layer['kind']]: (options: Options) => Layer } = {
  planar: (options) => {
    check.options('options', options, [])
    return new Planar()
  },
  coupling: (options) => new Coupling(options),
  rescale: (options) => new Rescale(options),
  actnorm: (options) => new Actnorm(options),
  permutation: (options) => new Permutation(options),
  linear: (options) => new Linear(options),
  squeeze: (options) => new Squeeze(options),
  split: (options) => new Split(options),
  logit: (options) => new Logit(options),
}

/** What a file says of a layer. */
export function layerToJson(layer: Layer): JsonObject {
  const { kind, options } = layer
  return layer instanceof Inverse ? { kind, options, inverted: true } : { kind, options }
}

/** The layer that `layerToJson` described. Throws `ArgumentError` with the option's name. */
export function layerFromJson(name: string, json: unknown): Layer {
  const given = check.options<{ kind?: unknown; options?: Options; inverted?: unknown }>(name, json as object, [
    'kind',
    'options',
    'inverted',
  ])
  const kind = check.oneOf(`${name}.kind`, given.kind, Object.keys(opcodes) as Layer['kind'][])
  const inverted = check.flag(`${name}.inverted`, given.inverted ?? false)
  const layer = makers[kind](given.options as Options)
  return inverted ? new Inverse(layer) : layer
}
