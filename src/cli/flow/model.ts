/** Flows on disk, as the command keeps them, and what they are called. */

import { Flow } from '../../flow/flow.ts'
import { oneHot } from '../../flow/one-hot.ts'
import { inFile, readFileBounded } from '../../io/files.node.ts'
import type { Matrix } from '../../matrix.ts'
import { type ImageShape, imageShape, reading, type ShapeOptions } from '../data.ts'
import { UsageError } from '../failure.ts'
import { checkKind, readModelFile } from '../model-store.ts'
import { count } from '../words.ts'

/** The kind that a flow's file says. */
export const FLOW = 'flow'

export interface StoredFlow {
  readonly flow: Flow
  readonly image?: ImageShape | undefined
}

/** Reads a flow. The shape of its images is as for an RBM. */
export async function loadFlow(path: string, options: ShapeOptions = {}): Promise<StoredFlow> {
  const { model, image } = await readModelFile(path)
  checkKind(path, model.kind, [FLOW])
  const bytes = await reading(() => readFileBounded(path))
  const flow = await inFile(path, () => Flow.fromBytes(bytes))
  return { flow, image: flowImage(flow, options, image) }
}

/** The shape of a row as a grey image, where it is one. */
export function flowImage({ dim, shape }: Flow, options: ShapeOptions, stored?: ImageShape): ImageShape | undefined {
  const [height, width, channels] = shape
  if (channels === undefined) return imageShape(dim, options, stored)
  return channels === 1 ? { height: height!, width: width! } : undefined
}

/** "12 layers and 1,234 parameters" */
export function sizeOf(flow: Flow): string {
  return `${count(flow.layers.length, 'layer')} and ${count(parametersOf(flow), 'parameter')}`
}

export function parametersOf(flow: Flow): number {
  return Object.values(flow.parameters()).reduce((sum, { data }) => sum + data.length, 0)
}

/**
 * The context of draws from a flow whose context is a class: the one asked for, or each class in turn. Undefined for a
 * flow without.
 *
 * @param first number of the first draw
 * @throws UsageError on a class that there is not
 */
export function classContext(
  { context: classes }: Flow,
  { label, first, count }: { label?: number | undefined; first: number; count: number },
): Matrix | undefined {
  if (label !== undefined && label >= classes) {
    const wanted = classes === 0 ? 'only with a flow that has classes' : `to be below ${classes}, the number of classes`
    throw new UsageError(`expected --label ${wanted}; got ${label}`)
  }
  if (classes === 0) return undefined
  return oneHot(
    Array.from({ length: count }, (_, i) => label ?? (first + i) % classes),
    classes,
  )
}

/** Where rows lie: from 0 to 1 if all do, else anywhere. */
export function dataBounds({ data }: Matrix): readonly [number, number] | undefined {
  return data.every((value) => value >= 0 && value <= 1) ? [0, 1] : undefined
}
