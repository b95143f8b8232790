/** What commands share that hide a part of each image and fill it in: which pixels are known, and what is written. */

import { extname } from 'node:path'
import { writeFileAtomic } from '../io/files.node.ts'
import { drawSheet } from '../io/image-sheet.ts'
import { encodeNpy } from '../io/npy.ts'
import { encodePng } from '../io/png.ts'
import { type Matrix, row } from '../matrix.ts'
import { Rng } from '../random/rng.ts'
import type { ImageShape } from './data.ts'
import { UsageError } from './failure.ts'
import { cueAndCompletion, knownHalf, type Side, sides, stack } from './sheets.ts'

/** The parts that can be hidden. */
export const hidable: readonly Hidden[] = [...sides, 'random']
export type Hidden = Side | 'random'

/** Images of which a part is hidden, and where the completed ones go. */
export interface CompletionJob {
  readonly rows: Matrix
  readonly image: ImageShape | undefined
  readonly out: string
}

/** Looks at the name and the shape before the work begins. */
export function checkCompletionOut({ image, out }: CompletionJob, hide: Hidden): void {
  const kind = extname(out).toLowerCase()
  if (kind !== '.npy' && kind !== '.png') throw new UsageError(`expected --out to end in .npy or .png; got ${out}`)
  if (!image && (kind === '.png' || hide !== 'random')) {
    throw new UsageError('expected --height and --width, as the rows are no squares; or --hide random with an .npy')
  }
}

/** 1 where a pixel is known, one row for each image. */
export interface Known {
  readonly data: Uint8Array
  readonly shape: readonly [number, number]
}

/** @param fraction of the pixels to hide, with `random` */
export function knownPixels(
  { rows, image }: CompletionJob,
  { hide, fraction }: { hide: Hidden; fraction: number },
  seed: number | bigint,
): Known {
  const [count, columns] = rows.shape
  // A stream that the chains do not use.
  if (hide === 'random')
    return { data: new Rng(seed).split(0).bernoulli(count * columns, { p: 1 - fraction }), shape: rows.shape }
  const half = knownHalf(hide, image!)
  const data = new Uint8Array(count * columns)
  for (let i = 0; i < count; i++) data.set(half, i * columns)
  return { data, shape: rows.shape }
}

/** The completed rows as numbers, or a sheet of original | cue | completion. */
export async function writeCompletion(
  { rows, image, out }: CompletionJob,
  known: Uint8Array,
  completed: Matrix,
): Promise<void> {
  if (extname(out).toLowerCase() === '.npy') return writeFileAtomic(out, encodeNpy(completed))
  const [count, columns] = rows.shape
  const tiles: Float32Array[] = []
  for (let i = 0; i < count; i++) {
    const mask = known.subarray(i * columns, (i + 1) * columns)
    tiles.push(row(rows, i), ...cueAndCompletion(row(rows, i), mask, row(completed, i)))
  }
  const triples = Math.max(1, Math.round(Math.sqrt(count / 3)))
  const sheet = drawSheet(stack(tiles, columns), { ...image!, columns: 3 * triples, gap: 2 })
  return writeFileAtomic(out, encodePng(sheet))
}
