/** The digits that come with the playground: the first 4,000 training images of MNIST (scripts/playground-digits.mjs). */

import { decodePng, type Matrix } from 'gibbsite'
import address from '../../../build-data/digits.png?url'

export const SIDE = 28
export const PIXELS: number = SIDE * SIDE

/** [4000, 784], from 0 to 1. */
export async function loadDigits(): Promise<Matrix> {
  const response = await fetch(new URL(address, import.meta.url))
  if (!response.ok) throw new Error(`the digits could not be loaded: the server answered ${response.status}`)
  const { width, height, data } = await decodePng(await response.arrayBuffer())
  return { data, shape: [height, width] }
}
