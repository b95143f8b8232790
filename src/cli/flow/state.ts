/** What the parts of a flow's training share: everything about the run, the files of its folder, and how it is saved. */

import { join } from 'node:path'
import type { BackendInfo } from '../../backend/backend.ts'
import type { Flow } from '../../flow/flow.ts'
import type { ImageShape } from '../data.ts'
import { saveModel } from '../model-store.ts'
import type { FlowEpoch } from '../report/likelihood-charts.ts'
import type { Session } from '../session.ts'
import type { TrainingData } from '../train-data.ts'
import { fileNames, writeHistory } from '../train-files.ts'
import type { FlowKind } from './kinds.ts'
import type { FlowCommand } from './options.ts'

/** A training under way, for the functions of this folder. */
export interface FlowRun {
  readonly session: Session
  readonly kind: FlowKind
  readonly options: FlowCommand
  readonly data: FlowData
  readonly flow: Flow
  readonly image?: ImageShape | undefined
  readonly noun: 'images' | 'rows'
  readonly seed: number | bigint
  readonly backend: BackendInfo
  readonly history: FlowEpoch[]
  readonly started: number
  /** When the model was last written. */
  saved: number
}

/** The rows to learn and to test on, and what they are conditioned on. */
export interface FlowData extends TrainingData {
  /** Grey levels, between which noise is added; undefined for real numbers. */
  readonly levels?: number | undefined
  /** Classes that the flow is conditioned on; 0 for none. */
  readonly classes: number
}

/** The path of a file in the folder of the run. */
export function pathOf({ options: { out } }: Pick<FlowRun, 'options'>, name: string): string {
  return join(out, name)
}

/** Writes the model, with all that training needs to go on, and the history. */
export async function save(run: FlowRun): Promise<void> {
  const { flow, image, seed, history } = run
  run.saved = performance.now()
  await saveModel(pathOf(run, fileNames.model), flow.toBytes(), image)
  await writeHistory(pathOf(run, fileNames.history), {
    format: 'gibbsite-history-1',
    seed: String(seed),
    epochs: history,
  })
}
