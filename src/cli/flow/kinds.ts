/** The kinds of flows that the command trains: their names, their own options, and how they are made. */

import type { Command } from 'commander'
import type { Flow } from '../../flow/flow.ts'
import { glow } from '../../flow/glow.ts'
import { nice } from '../../flow/nice.ts'
import { planar } from '../../flow/planar.ts'
import { realNVP } from '../../flow/real-nvp.ts'
import type { ImageShape } from '../data.ts'
import { UsageError } from '../failure.ts'
import { choice, integer } from '../options.ts'
import { type FlowDefaults, widths } from './options.ts'

/** What the options of all kinds become. */
export interface Architecture {
  readonly layers?: number
  readonly couplings?: number
  readonly levels?: number
  readonly steps?: number
  readonly hidden?: readonly number[]
  readonly activation?: 'relu' | 'tanh' | 'silu'
  readonly base?: 'normal' | 'logistic'
  readonly as?: 'images' | 'vectors'
}

/** The rows that a flow is made for. */
export interface FlowRows {
  readonly dim: number
  readonly image?: ImageShape | undefined
  /** Whether they are grey levels, from 0 to 1. */
  readonly grey: boolean
  /** Classes that it is conditioned on; 0 for none. */
  readonly classes: number
  readonly seed: number | bigint
}

export interface FlowKind {
  readonly command: 'planar' | 'nice' | 'realnvp' | 'glow'
  readonly title: string
  readonly description: string
  readonly defaults: FlowDefaults
  readonly examples: readonly string[]
  /** Whether its networks may see the class of a row. */
  readonly classes: boolean
  addOptions(command: Command): void
  /** @throws ArgumentError where such rows or options can't be */
  make(options: Architecture, rows: FlowRows): Flow
}

const activation = () => choice('--activation <name>', 'of the networks (default: relu)', ['relu', 'tanh', 'silu'])
const base = (usual: string) =>
  choice('--base <name>', `the distribution of z (default: ${usual})`, ['normal', 'logistic'])

export const planarKind: FlowKind = {
  command: 'planar',
  title: 'Planar flow',
  description: 'train a planar flow: on rows, or to follow a density that is known up to a factor',
  defaults: { epochs: 50, batch: 128, learningRate: 0.005 },
  examples: [
    'gibbsite train planar --target U1 --layers 32',
    'gibbsite train planar --target model.mjs --steps 10000 --out out/planar',
    'gibbsite train planar points.npy --layers 16 --epochs 100',
  ],
  classes: false,
  addOptions(command) {
    command
      .option('--layers <n>', 'planar layers (default: 16)', integer())
      .addOption(base('normal'))
      .option('--target <target>', 'in place of data: U1, U2, U3, U4, or a file with a target as for gibbsite mcmc')
      .option('--steps <n>', 'steps of training on --target (default: 5000)', integer())
  },
  make: ({ layers, base }, { dim, seed }) => planar({ dim, layers, base, closedForm: 'density', seed }),
}

export const niceKind: FlowKind = {
  command: 'nice',
  title: 'NICE',
  description: 'train NICE: additive couplings and a diagonal scaling; writes the model, image sheets and a report',
  defaults: { epochs: 50, batch: 256, learningRate: 0.001 },
  examples: [
    'gibbsite train nice --mnist --hidden 1000,1000,1000,1000,1000 --out out/nice',
    'gibbsite train nice rows.npy --couplings 6 --base normal --epochs 100',
  ],
  classes: true,
  addOptions(command) {
    command
      .option('--couplings <n>', 'additive couplings (default: 4)', integer(3))
      .option('--hidden <widths>', 'hidden layers of the networks (default: 256,256)', widths)
      .addOption(activation())
      .addOption(base('logistic'))
  },
  make: (options, { dim, classes, seed }) => {
    const { couplings, hidden, activation, base } = options
    return nice({ dim, couplings, hidden, activation, base, context: classes, seed })
  },
}

export const realNvpKind: FlowKind = {
  command: 'realnvp',
  title: 'Real NVP',
  description: 'train Real NVP: affine couplings, of vectors or of images at several scales; writes model and report',
  defaults: { epochs: 50, batch: 256, learningRate: 0.001 },
  examples: [
    'gibbsite train realnvp points.npy --couplings 8 --hidden 64,64 --epochs 200',
    'gibbsite train realnvp --mnist --levels 2 --hidden 32,32 --epochs 10',
  ],
  classes: true,
  addOptions(command) {
    command
      .addOption(
        choice('--as <kind>', 'what rows are (default: images where they are grey levels of one)', [
          'images',
          'vectors',
        ]),
      )
      .option('--couplings <n>', 'in all; of images, those of each mask at each scale (default: 8; 3)', integer())
      .option('--levels <n>', 'of images: how often sides are halved (default: up to 3 times)', integer())
      .option('--hidden <widths>', 'hidden layers, or channels of the blocks, of the networks (default: 64,64)', widths)
      .addOption(activation())
      .addOption(base('normal'))
  },
  make: ({ as, couplings, levels, hidden, activation, base }, { dim, image, grey, classes, seed }) => {
    const shared = { couplings, hidden, activation, base, context: classes, seed }
    if (as === 'vectors' || (as === undefined && !(image && grey))) {
      if (levels !== undefined) throw new UsageError('expected --levels only for images; got vectors')
      return realNVP({ dim, ...shared })
    }
    return realNVP({ shape: imageSides(image), levels, logit: grey ? undefined : false, ...shared })
  },
}

export const glowKind: FlowKind = {
  command: 'glow',
  title: 'Glow',
  description: 'train Glow on images: 1x1 convolutions and convolutional couplings; writes model, sheets and report',
  defaults: { epochs: 10, batch: 32, learningRate: 0.001 },
  examples: [
    'gibbsite train glow --mnist --levels 2 --steps 4 --hidden 64,64 --out out/glow',
    'gibbsite train glow --mnist --classes --epochs 20',
  ],
  classes: true,
  addOptions(command) {
    command
      .option('--levels <n>', 'scales: how often the sides are halved (default: up to 3 times)', integer())
      .option('--steps <n>', 'steps at each scale (default: 8)', integer())
      .option('--hidden <widths>', 'channels of the two hidden layers of the networks (default: 128,128)', widths)
      .addOption(activation())
      .addOption(base('normal'))
  },
  make: ({ levels, steps, hidden, activation, base }, { image, grey, classes, seed }) => {
    const logit = grey ? undefined : (false as const)
    return glow({ shape: imageSides(image), levels, steps, hidden, logit, activation, base, context: classes, seed })
  },
}

function imageSides(image: ImageShape | undefined): [height: number, width: number] {
  if (image === undefined) throw new UsageError('expected --height and --width, as the rows are no squares')
  return [image.height, image.width]
}
