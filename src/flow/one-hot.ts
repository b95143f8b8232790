/** Class labels as the context of conditional flows. */

import * as check from '../check.ts'
import { ArgumentError, expected, show } from '../errors.ts'
import type { Matrix } from '../matrix.ts'

const MOST_CLASSES = 2 ** 16
const MOST_NUMBERS = 2 ** 30

/**
 * Labels as rows of zeros with a one at the label, the context of a flow made with `context: classes`.
 *
 *     const flow = glow({ shape: [28, 28, 1], context: 10 })
 *     await flow.fit(images, { context: oneHot(labels, 10) })
 *     await flow.sample(10, { context: oneHot([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10) })
 *
 * @param labels [n], integers from 0 to classes - 1
 * @returns [n, classes]
 * @throws ArgumentError on no labels, or one that is no class
 */
export function oneHot(labels: ArrayLike<number>, classes: number): Matrix {
  check.positiveInteger('classes', classes, MOST_CLASSES)
  if (!Array.isArray(labels) && !check.isNumericArray(labels)) {
    throw new ArgumentError(expected('labels', 'to be an array of numbers', show(labels)))
  }
  const most = Math.floor(MOST_NUMBERS / classes)
  if (labels.length === 0 || labels.length > most) {
    throw new ArgumentError(expected('labels', `to have 1 to ${most} values`, labels.length))
  }
  const data = new Float32Array(labels.length * classes)
  for (let i = 0; i < labels.length; i++) {
    data[i * classes + check.nonNegativeInteger(`labels[${i}]`, labels[i], classes - 1)] = 1
  }
  return { data, shape: [labels.length, classes] }
}
