/** Samples on their way to a file, also those of work that was stopped half way. */

import { extname } from 'node:path'
import { AbortError } from '../errors.ts'
import { writeFileAtomic } from '../io/files.node.ts'
import { imageSheet } from '../io/image-sheet.ts'
import { encodeNpy } from '../io/npy.ts'
import type { BinaryMatrix, Matrix } from '../matrix.ts'
import type { ImageShape } from './data.ts'
import { UsageError } from './failure.ts'

/** Looks at the name before the work begins; the writer itself is for afterwards. */
export function samplesWriter(
  out: string,
  image: ImageShape | undefined,
): (values: Matrix | BinaryMatrix) => Promise<void> {
  switch (extname(out).toLowerCase()) {
    case '.npy':
      return (values) => writeFileAtomic(out, encodeNpy(values))
    case '.png':
      if (!image)
        throw new UsageError('expected --height and --width for a .png, as the rows are no squares; or write an .npy')
      return (values) => writeFileAtomic(out, imageSheet(values, { ...image, gap: 2 }))
    default:
      throw new UsageError(`expected --out to end in .npy or .png; got ${out}`)
  }
}

/** A result, also when the work was stopped half way and left one. */
export async function finished<Result>(work: Promise<Result>): Promise<{ result: Result; stopped: boolean }> {
  try {
    return { result: await work, stopped: false }
  } catch (error) {
    if (error instanceof AbortError && error.partial !== undefined)
      return { result: error.partial as Result, stopped: true }
    throw error
  }
}
