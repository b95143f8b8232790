/** MNIST and the sets made in its likeness (Fashion-MNIST, EMNIST ...): images and labels from IDX files. */

import { yieldToEventLoop } from '../event-loop.ts'
import { type Matrix, toMatrixInPieces } from '../matrix.ts'
import { bad, showShape } from './bytes.ts'
import { decodeIdx } from './idx.ts'

/** Images, one a row, from 0 (background) to 1, and what each shows. */
export interface LabelledImages {
  /** n x (height * width), row after row from the top left: MNIST has 28 x 28 = 784 columns. */
  readonly images: Matrix
  /** n labels: for MNIST the digit, 0 to 9. */
  readonly labels: Uint8Array
  readonly height: number
  readonly width: number
}

export interface ImageSet {
  readonly train: LabelledImages
  readonly test: LabelledImages
}

/**
 * Images and labels from the bytes of a pair of IDX files, as anyone may have fetched them (not gzipped).
 *
 * @throws FormatError when they are not images and labels of bytes, or not equally many
 */
export async function decodeLabelledImages(images: Uint8Array, labels: Uint8Array): Promise<LabelledImages> {
  const pixels = decodeIdx(images)
  const names = decodeIdx(labels)
  const [count, height, width] = pixels.shape
  if (!(pixels.data instanceof Uint8Array) || pixels.shape.length !== 3 || pixels.data.length === 0) {
    return bad('an IDX file of images (count x height x width bytes)', showShape(pixels.shape))
  }
  if (!(names.data instanceof Uint8Array) || names.shape.length !== 1) {
    return bad('an IDX file of labels (one byte each)', showShape(names.shape))
  }
  if (names.data.length !== count) bad(`${count} labels, one for each image`, names.data.length)
  const scaled = await toMatrixInPieces('images', { data: pixels.data, shape: [count, height! * width!] })
  await divide(scaled.data)
  return { images: scaled, labels: names.data.slice(), height: height!, width: width! }
}

const PIECE = 1 << 20

// In pieces, because a training set has 47 million pixels and nobody should wait for them in one go.
async function divide(data: Float32Array): Promise<void> {
  for (let from = 0; from < data.length; from += PIECE) {
    const part = data.subarray(from, from + PIECE)
    for (let i = 0; i < part.length; i++) part[i] = part[i]! / 255
    await yieldToEventLoop()
  }
}
