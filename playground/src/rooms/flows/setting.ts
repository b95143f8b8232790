/** What page and worker agree on. */

export const KINDS = [
  ['realNVP', 'Real NVP'],
  ['nice', 'NICE'],
  ['planar', 'planar layers'],
] as const

export const SETS = [
  ['moons', 'two moons'],
  ['spirals', 'two spirals'],
  ['gaussians', 'eight Gaussians'],
  ['drawn', 'drawn by hand'],
] as const

export type Kind = (typeof KINDS)[number][0]
export type SetName = (typeof SETS)[number][0]

export interface Setting {
  readonly kind: Kind
  /** Couplings or planar layers. */
  readonly layers: number
  /** Units of each of the two hidden layers of a coupling. */
  readonly width: number
  readonly set: SetName
  readonly seed: number
  /** [n, 2]: the points of the set that was drawn. */
  readonly drawn: Float32Array
}

/** Points of a set to train on, and as many held out. */
export const POINTS = 2000
/** Fewer drawn points are no set. */
export const FEWEST_DRAWN = 50
export const EPOCHS = 400

/** What `fit` is given beside data and seed. */
export const TRAINING = {
  epochs: EPOCHS,
  batch: 200,
  learningRate: { initial: 0.005, final: 0.0001 },
  clip: 5,
} as const

type Range = readonly [low: number, high: number]

/** The part of the plane that is shown. */
export const RANGES: Readonly<Record<SetName, readonly [x: Range, y: Range]>> = {
  moons: [
    [-1.7, 2.7],
    [-1.95, 2.45],
  ],
  spirals: [
    [-2.7, 2.7],
    [-2.7, 2.7],
  ],
  gaussians: [
    [-3, 3],
    [-3, 3],
  ],
  drawn: [
    [-2, 2],
    [-2, 2],
  ],
}
