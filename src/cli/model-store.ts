/** Models on disk, as the command keeps them: the library's file, with the shape of the images in its metadata. */

import { RBM } from '../energy/rbm.ts'
import { inFile, readFileBounded, writeFileAtomic } from '../io/files.node.ts'
import { decodeModel, type ModelFile } from '../io/model-file.ts'
import { decodeSafetensors, encodeSafetensors } from '../io/safetensors.ts'
import { type ImageShape, imageShape, reading, type ShapeOptions } from './data.ts'
import { UsageError } from './failure.ts'
import { listed } from './tree.ts'

export interface StoredRbm {
  readonly rbm: RBM
  readonly image?: ImageShape | undefined
}

/** Reads an RBM. The shape of its images: from the options, else from the file, else a square where the units make one. */
export async function loadRbm(path: string, options: ShapeOptions = {}): Promise<StoredRbm> {
  const bytes = await reading(() => readFileBounded(path))
  const rbm = await inFile(path, () => RBM.fromBytes(bytes))
  return { rbm, image: imageShape(rbm.visible, options, storedShape(bytes, rbm.visible)) }
}

/** Writes an RBM, with all that training needs to go on. */
export function saveRbm(path: string, { rbm, image }: StoredRbm): Promise<void> {
  return saveModel(path, rbm.toBytes(), image)
}

/** Writes the bytes of any model, with the shape of its images. */
export async function saveModel(path: string, bytes: Uint8Array, image: ImageShape | undefined): Promise<void> {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const shape = image && { image: JSON.stringify([image.height, image.width]) }
  await writeFileAtomic(path, encodeSafetensors(tensors, { ...metadata, ...shape }))
}

/** Any kind of model, unopened. */
export async function readModelFile(
  path: string,
): Promise<{ model: ModelFile; image?: ImageShape | undefined; bytes: number }> {
  const bytes = await reading(() => readFileBounded(path))
  const model = await inFile(path, () => decodeModel(bytes))
  return { model, image: storedShape(bytes), bytes: bytes.length }
}

const kinds = {
  rbm: 'an RBM',
  'gaussian-rbm': 'a Gaussian RBM',
  boltzmann: 'a Boltzmann machine',
  hopfield: 'a Hopfield network',
  flow: 'a flow',
} as const

/**
 * Refuses a model that a command has no use for.
 *
 * @param wanted the kinds that it takes
 * @throws UsageError
 */
export function checkKind(path: string, kind: string, wanted: readonly (keyof typeof kinds)[]): void {
  if (wanted.includes(kind as keyof typeof kinds)) return
  const found = kinds[kind as keyof typeof kinds] ?? `a model of kind ${JSON.stringify(kind)}`
  throw new UsageError(`expected ${path} to hold ${listed(wanted.map((one) => kinds[one]))}; got ${found}`)
}

// Only the command writes this entry and the library does not know it; what is not as it must be counts as not there.
function storedShape(bytes: Uint8Array, units?: number): ImageShape | undefined {
  const text = decodeSafetensors(bytes).metadata['image']
  const [, high, wide] = /^\[(\d{1,6}),(\d{1,6})\]$/.exec(text ?? '') ?? []
  const [height, width] = [Number(high), Number(wide)]
  if (high === undefined || height * width === 0) return undefined
  return units === undefined || height * width === units ? { height, width } : undefined
}
