/** Model files, loaded for the server. */

import { basename } from 'node:path'
import { BoltzmannMachine } from '../energy/boltzmann.ts'
import { GaussianRBM } from '../energy/gaussian-rbm.ts'
import { Hopfield } from '../energy/hopfield.ts'
import { RBM } from '../energy/rbm.ts'
import { ArgumentError, expected, FormatError, show } from '../errors.ts'
import { Flow } from '../flow/flow.ts'
import { inFile, readFileBounded } from '../io/files.node.ts'
import { decodeModel } from '../io/model-file.ts'
import { serveBoltzmann } from './kinds/boltzmann.ts'
import { serveFlow } from './kinds/flow.ts'
import { serveGaussianRbm } from './kinds/gaussian-rbm.ts'
import { serveHopfield } from './kinds/hopfield.ts'
import { serveRbm } from './kinds/rbm.ts'
import type { ServedModel } from './operation.ts'

type Read = (name: string, bytes: Uint8Array, closing: AbortSignal) => ServedModel

const kinds: Readonly<Record<string, Read>> = {
  rbm: (name, bytes, closing) => serveRbm(name, RBM.fromBytes(bytes), closing),
  'gaussian-rbm': (name, bytes, closing) => serveGaussianRbm(name, GaussianRBM.fromBytes(bytes), closing),
  boltzmann: (name, bytes, closing) => serveBoltzmann(name, BoltzmannMachine.fromBytes(bytes), closing),
  hopfield: (name, bytes) => serveHopfield(name, Hopfield.fromBytes(bytes)),
  flow: (name, bytes) => serveFlow(name, Flow.fromBytes(bytes)),
}

/** A name that goes into an address without escapes. */
const goodName = /^[\w.-]{1,100}$/

/**
 * Loads the models of some files.
 *
 * @param sources paths, or `name=path`; without a name the file's name does, `digits` for `out/digits.safetensors`
 * @param closing stops what the models work out for themselves
 * @throws ArgumentError on a bad or repeated name; FileError, FormatError where a file is no model of gibbsite
 */
export async function loadModels(sources: readonly string[], closing: AbortSignal): Promise<Map<string, ServedModel>> {
  const models = new Map<string, ServedModel>()
  for (const source of sources) {
    const [name, path] = named(source)
    if (!goodName.test(name)) {
      throw new ArgumentError(expected('model', 'to have a name of letters, digits, ".", "_" and "-"', show(name)))
    }
    if (models.has(name)) {
      throw new ArgumentError(expected('models', 'to have different names; give one as name=path', `${name} twice`))
    }
    models.set(name, await loadModel(name, path, closing))
  }
  return models
}

function named(source: string): [name: string, path: string] {
  const [, name, path] = /^([^=/\\]+)=(.+)$/.exec(source) ?? []
  return name === undefined ? [basename(source).replace(/\.safetensors$/, ''), source] : [name, path!]
}

async function loadModel(name: string, path: string, closing: AbortSignal): Promise<ServedModel> {
  const bytes = await readFileBounded(path)
  return inFile(path, () => {
    const { kind } = decodeModel(bytes)
    const read = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
    if (read === undefined) throw new FormatError(`expected a model of ${Object.keys(kinds).join(', ')}; got ${kind}`)
    return read(name, bytes, closing)
  })
}
