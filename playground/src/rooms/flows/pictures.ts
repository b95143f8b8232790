/** What is made of a flow to be seen: its density, the lattice of the base warped, and samples. */

import type { Flow } from 'gibbsite'
import { RANGES, type SetName } from './setting.ts'

export interface FlowPictures {
  /** [SIDE, SIDE], the largest y first: 255 where the density is largest. */
  readonly heat: Uint8Array
  /** Lines [n, 2] of the even lattice of z, as they lie in x; NaN between them. */
  readonly lattice: Float32Array
  /** [SAMPLES, 2] */
  readonly samples: Float32Array
}

export const SIDE = 72
const SAMPLES = 1000
/** Lines of the lattice go from -REACH to REACH in z, in steps of SPACING; points of each. */
const [REACH, SPACING, EACH] = [3, 0.5, 49]

export async function picturesOf(flow: Flow, set: SetName): Promise<FlowPictures> {
  return {
    heat: heatOf(await flow.logProb(pixels(set))),
    lattice: await lattice(flow),
    samples: (await flow.sample(SAMPLES, { seed: 1 })).data,
  }
}

/** The middles of the pixels. */
function pixels(set: SetName) {
  const [[left, right], [bottom, top]] = RANGES[set]
  const data = new Float32Array(2 * SIDE * SIDE)
  for (let i = 0; i < SIDE * SIDE; i++) {
    data[2 * i] = left + ((right - left) * ((i % SIDE) + 0.5)) / SIDE
    data[2 * i + 1] = top - ((top - bottom) * (Math.floor(i / SIDE) + 0.5)) / SIDE
  }
  return { data, shape: [SIDE * SIDE, 2] }
}

/** By the square root, so that tails can be seen. */
function heatOf(logDensity: Float64Array): Uint8Array {
  const largest = logDensity.reduce((a, b) => Math.max(a, b))
  return Uint8Array.from(logDensity, (value) => Math.round(255 * Math.exp((value - largest) / 2)))
}

async function lattice(flow: Flow): Promise<Float32Array> {
  const straight = latticeOfBase()
  const { x } = await flow.inverse({ data: straight, shape: [straight.length / 2, 2] })
  const lines = straight.length / 2 / EACH
  const broken = new Float32Array(lines * (EACH + 1) * 2).fill(Number.NaN)
  for (let line = 0; line < lines; line++) {
    broken.set(x.data.subarray(line * EACH * 2, (line + 1) * EACH * 2), line * (EACH + 1) * 2)
  }
  return broken
}

/** All lines that stand, then all that lie. */
function latticeOfBase(): Float32Array {
  const lines = Math.round((2 * REACH) / SPACING) + 1
  const points = Array.from({ length: lines * EACH }, (_, i): [number, number] => [
    -REACH + SPACING * Math.floor(i / EACH),
    -REACH + (2 * REACH * (i % EACH)) / (EACH - 1),
  ])
  return Float32Array.from([...points.flat(), ...points.flatMap(([across, along]) => [along, across])])
}
