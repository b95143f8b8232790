/** What the parts of a training share: everything about the run, and how it is saved. */

import type { BackendInfo } from '../backend/backend.ts'
import type { RBM } from '../energy/rbm.ts'
import type { Matrix } from '../matrix.ts'
import type { ImageShape } from './data.ts'
import { saveRbm } from './model-store.ts'
import type { EpochRecord } from './report/history.ts'
import type { Session } from './session.ts'
import type { TrainingData } from './train-data.ts'
import { type pathsIn, writeHistory } from './train-files.ts'
import type { TrainCommand } from './train-options.ts'

/** A training under way, for the functions of this command. */
export interface TrainingRun {
  readonly session: Session
  readonly options: TrainCommand
  readonly data: TrainingData
  /** The test rows as zeros and ones. */
  readonly test?: Matrix | undefined
  readonly rbm: RBM
  readonly image?: ImageShape | undefined
  readonly noun: 'images' | 'rows'
  readonly seed: number | bigint
  readonly backend: BackendInfo
  readonly history: EpochRecord[]
  readonly paths: ReturnType<typeof pathsIn>
  readonly started: number
  /** When the model was last written. */
  saved: number
}

/** Writes the model, with all that training needs to go on, and the history. */
export async function save(run: TrainingRun): Promise<void> {
  const { rbm, image, paths, seed, history } = run
  run.saved = performance.now()
  await saveRbm(paths.model, { rbm, image })
  await writeHistory(paths.history, { format: 'gibbsite-history-1', seed: String(seed), epochs: history })
}
