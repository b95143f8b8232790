/** Data files as rows of numbers, and the shape of the images that the rows are. */

import { ArgumentError, FileError, FormatError } from '../errors.ts'
import type { AnyArray } from '../io/bytes.ts'
import { inFile, readFileBounded } from '../io/files.node.ts'
import { decodeIdx } from '../io/idx.ts'
import { asRows, type NdArray } from '../io/ndarray.ts'
import { decodeNpy } from '../io/npy.ts'
import { decodePng } from '../io/png.ts'
import { type Matrix, toMatrix } from '../matrix.ts'
import { UsageError } from './failure.ts'

export interface ImageShape {
  readonly height: number
  readonly width: number
}

export interface Dataset {
  readonly name: string
  /** From 0 to 1, unless other numbers were allowed. */
  readonly rows: Matrix
  /** How many values a number can take, where the file holds whole numbers: 2 or 256. The rows hold k / (levels - 1). */
  readonly levels?: 2 | 256 | undefined
  /** Known from the file, from the options, or guessed where the rows are squares. */
  readonly image?: ImageShape | undefined
}

/** What the command line says about the images; both or none. */
export interface ShapeOptions {
  readonly height?: number
  readonly width?: number
}

/**
 * Reads an .npy, IDX or PNG file; which it is, its first bytes say. Bytes from 0 to 255 become 0 to 1.
 *
 * @param rule what the numbers must be: from 0 to 1 (default), or any that are finite
 */
export async function readData(
  path: string,
  options: ShapeOptions = {},
  rule: 'unit' | 'finite' = 'unit',
): Promise<Dataset> {
  const bytes = await reading(() => readFileBounded(path))
  const array = await reading(() => inFile(path, () => decode(bytes)))
  const flat = await inFile(path, () => asRows(array))
  const { data, levels } = unitNumbers(path, flat.data)
  const rows = toMatrix(path, { data, shape: flat.shape }, undefined, levels === undefined ? rule : 'unit')
  const [, high, wide] = array.shape
  const known = array.shape.length === 3 ? { height: high!, width: wide! } : undefined
  return { name: path, rows, levels, image: imageShape(rows.shape[1], options, known) }
}

/** Runs a reader of the user's files: that one cannot be read is the caller's to put right. */
export async function reading<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FileError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

async function decode(bytes: Uint8Array): Promise<NdArray> {
  const [a, b, c, d] = bytes
  if (a === 0x93 && b === 0x4e) return decodeNpy(bytes)
  if (a === 0 && b === 0) return decodeIdx(bytes)
  if (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) {
    const { data, height, width } = await decodePng(bytes)
    return { data, shape: [1, height, width] }
  }
  throw new FormatError('expected an .npy, IDX or PNG file; got other bytes at its beginning')
}

const LARGEST_BYTE = 255

// Whole numbers above 1 can only be grey levels of a byte; anything else outside 0 to 1 is left for the check to find.
function unitNumbers(path: string, data: AnyArray): Pick<Dataset, 'levels'> & { data: Float32Array } {
  const values = Float32Array.from(data as ArrayLike<number | bigint>, Number)
  if (data instanceof Float32Array || data instanceof Float64Array) return { data: values }
  const largest = values.reduce((most, value) => Math.max(most, value), 0)
  if (largest > LARGEST_BYTE) {
    throw new ArgumentError(`expected \`${path}\` to hold grey levels from 0 to ${LARGEST_BYTE}; got ${largest}`)
  }
  if (largest <= 1) return { data: values, levels: 2 }
  return { data: values.map((value) => value / LARGEST_BYTE), levels: 256 }
}

/**
 * The shape of a row as an image: what the options say, else what the file says, else a square.
 *
 * @throws UsageError when the options do not fit the number of columns
 */
export function imageShape(columns: number, options: ShapeOptions, known?: ImageShape): ImageShape | undefined {
  const { height, width } = options
  if (height === undefined && width === undefined) return known ?? square(columns)
  const shape = { height: height ?? columns / width!, width: width ?? columns / height! }
  if (shape.height * shape.width !== columns || !Number.isInteger(shape.height) || !Number.isInteger(shape.width)) {
    throw new UsageError(
      `expected --height times --width to be ${columns}, the columns of the data; got ${height ?? '?'} x ${width ?? '?'}`,
    )
  }
  return shape
}

const SMALLEST_SIDE = 4

function square(columns: number): ImageShape | undefined {
  const side = Math.sqrt(columns)
  return Number.isInteger(side) && side >= SMALLEST_SIDE ? { height: side, width: side } : undefined
}

/** The first rows of a matrix: a view. */
export function head({ data, shape: [rows, columns] }: Matrix, count: number): Matrix {
  const few = Math.min(rows, count)
  return { data: data.subarray(0, few * columns), shape: [few, columns] }
}

export function checkColumns(name: string, { rows }: Dataset, visible: number): void {
  const columns = rows.shape[1]
  if (columns !== visible)
    throw new UsageError(`expected ${name} to have ${visible} columns, as the model has; got ${columns}`)
}
