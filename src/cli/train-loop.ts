/** The epochs of an RBM's training: the lines, the measurements between epochs, and what each epoch leaves behind. */

import type { RBM } from '../energy/rbm.ts'
import type { FitOptions, FitProgress } from '../energy/rbm-options.ts'
import type { Matrix } from '../matrix.ts'
import type { EpochRecord } from './report/history.ts'
import type { Session } from './session.ts'
import { Clock } from './train-clock.ts'
import { figure } from './words.ts'

export interface Loop {
  readonly session: Session
  readonly rbm: RBM
  readonly data: Matrix
  /** What a row is called: "images" or "rows". */
  readonly noun: 'images' | 'rows'
  readonly fit: FitOptions
  /** What earlier runs of this training have left; the new epochs are added to it. */
  readonly history: EpochRecord[]
  /** Called when an epoch is over and the model stands still: saves it, measures it. */
  readonly between: (epoch: FitProgress) => Promise<Partial<EpochRecord>>
}

/** Trains to the end. The history holds every epoch that was finished, also when this throws. */
export async function trainingLoop(loop: Loop): Promise<void> {
  const clock = new Clock({ ...loop, rows: loop.data.shape[0] })
  try {
    const training = loop.rbm.fit(loop.data, {
      ...loop.fit,
      signal: loop.session.signal,
      onProgress: (info) => clock.progress(info),
    })
    for await (const epoch of training) {
      const record = recordOf(clock, epoch)
      loop.history.push(record)
      const measured = await clock.pause(() => loop.between(epoch))
      loop.history[loop.history.length - 1] = { ...record, ...measured }
    }
  } finally {
    noteUnreported(loop, clock)
    clock.end()
  }
}

/** A run that is stopped just after an epoch's last step has finished that epoch, but has not measured it. */
function noteUnreported({ rbm, data, history }: Loop, clock: Clock): void {
  if (rbm.training === undefined) return
  const { epoch, step, settings } = rbm.training
  if (step === 0 && epoch > (history.at(-1)?.epoch ?? 0)) {
    history.push(clock.record(epoch, Math.ceil(data.shape[0] / settings.batch)))
  }
}

function recordOf(clock: Clock, epoch: FitProgress): EpochRecord {
  const { pseudoLogLikelihood: train, validation } = epoch
  const quality = train === undefined ? undefined : `pseudo-likelihood ${figure(train, 1)}`
  const test = validation ? ` (test ${figure(validation.pseudoLogLikelihood, 1)})` : ''
  return {
    ...clock.epoch(epoch, quality, test),
    ...(train !== undefined && { trainPseudoLogLikelihood: train }),
    ...(validation && {
      testPseudoLogLikelihood: validation.pseudoLogLikelihood,
      freeEnergyGap: validation.freeEnergyGap,
    }),
  }
}
