/** Many small images on one sheet: what the filters, fantasies and completions of a model look like. */

import { options as checkOptions, integerWithin, nonNegativeInteger, oneOf, positiveInteger } from '../check.ts'
import { ArgumentError, expected } from '../errors.ts'
import { type Matrix, type MatrixLike, row, toMatrix } from '../matrix.ts'
import { encodePng, type Pixels } from './png.ts'

export interface SheetOptions {
  /** The height of one image in pixels; height times width is the number of columns of `images`. */
  height: number
  /** The width of one image in pixels. */
  width: number
  /** Images in a row of the sheet; by default as many as make the sheet about square. */
  columns?: number
  /** Pixels between images and around them (default 1), in light grey. */
  gap?: number
  /**
   * What the numbers mean. `unit` (default): 0 is black, 1 is white, what lies outside is cut. `symmetric`: 0 is white,
   * the largest magnitude of all images is red (positive) or blue (negative), so that weights can be compared. `each`:
   * the same with every image by its own largest magnitude.
   */
  range?: 'unit' | 'symmetric' | 'each'
  /** The side of the square that one number becomes, in pixels (default 1). */
  scale?: number
}

const KNOWN = ['height', 'width', 'columns', 'gap', 'range', 'scale']
const MOST_PIXELS = 1 << 26

/**
 * A PNG sheet of images, one for each row of `images`, from the top left, row after row.
 *
 * @param images n x (height * width) numbers
 * @returns the bytes of the PNG: grey for the range `unit`, in colours otherwise
 * @throws ArgumentError on a wrong option, or images of another size
 */
export function imageSheet(images: MatrixLike, options: SheetOptions): Uint8Array {
  return encodePng(drawSheet(images, options))
}

/** As `imageSheet`, before it becomes a PNG. */
export function drawSheet(images: MatrixLike, options: SheetOptions): Pixels {
  const given = checkOptions('options', options, KNOWN)
  const height = positiveInteger('height', given.height)
  const width = positiveInteger('width', given.width)
  const matrix = toMatrix('images', images, height * width)
  const count = matrix.shape[0]
  const plan: Plan = {
    height,
    width,
    columns: Math.min(count, positiveInteger('columns', given.columns ?? Math.ceil(Math.sqrt(count)))),
    gap: nonNegativeInteger('gap', given.gap ?? 1, 1024),
    scale: integerWithin('scale', given.scale ?? 1, 1, 64),
  }
  const range = oneOf('range', given.range ?? 'unit', ['unit', 'symmetric', 'each'])
  const sheet = blank(plan, count, range === 'unit' ? 1 : 3)
  const largest = range === 'symmetric' ? magnitude(matrix.data) : 0
  for (let i = 0; i < count; i++) draw(sheet, plan, matrix, i, range === 'each' ? magnitude(row(matrix, i)) : largest)
  return sheet
}

interface Plan {
  readonly height: number
  readonly width: number
  readonly columns: number
  readonly gap: number
  readonly scale: number
}

const SEPARATOR = 204

function blank(plan: Plan, count: number, channels: 1 | 3): Pixels {
  const width = plan.gap + plan.columns * (plan.width * plan.scale + plan.gap)
  const height = plan.gap + Math.ceil(count / plan.columns) * (plan.height * plan.scale + plan.gap)
  if (width * height > MOST_PIXELS) {
    throw new ArgumentError(
      expected('images', `to make a sheet of at most ${MOST_PIXELS} pixels`, `${width} x ${height}`),
    )
  }
  return { width, height, channels, data: new Uint8Array(width * height * channels).fill(SEPARATOR) }
}

function magnitude(values: Float32Array): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  return largest
}

function draw(sheet: Pixels, plan: Plan, images: Matrix, index: number, largest: number): void {
  const values = row(images, index)
  const top = plan.gap + Math.floor(index / plan.columns) * (plan.height * plan.scale + plan.gap)
  const left = plan.gap + (index % plan.columns) * (plan.width * plan.scale + plan.gap)
  for (let y = 0; y < plan.height * plan.scale; y++) {
    const from = Math.floor(y / plan.scale) * plan.width
    for (let x = 0; x < plan.width * plan.scale; x++) {
      const at = ((top + y) * sheet.width + left + x) * sheet.channels
      paint(sheet, at, values[from + Math.floor(x / plan.scale)]!, largest)
    }
  }
}

function paint({ channels, data }: Pixels, at: number, value: number, largest: number): void {
  if (channels === 1) data[at] = Math.round(255 * Math.min(1, Math.max(0, value)))
  else data.set(diverging(largest === 0 ? 0 : value / largest), at)
}

const WHITE = [247, 247, 247]
const RED = [178, 24, 43]
const BLUE = [33, 102, 172]

/** -1 blue, 0 white, 1 red: the ends and the middle of ColorBrewer's RdBu (Brewer, 2002). */
function diverging(t: number): number[] {
  const end = t > 0 ? RED : BLUE
  return WHITE.map((middle, i) => Math.round(middle + Math.abs(t) * (end[i]! - middle)))
}
