/** The epochs of a flow's training: the lines, and what each epoch leaves behind. */

import type { FlowFitOptions, FlowFitProgress } from '../../flow/fit-options.ts'
import type { FlowEpoch } from '../report/likelihood-charts.ts'
import { Clock } from '../train-clock.ts'
import { figure } from '../words.ts'
import { type FlowRun, save } from './state.ts'

// Often enough that a power failure costs little, and seldom enough that short epochs don't wait for the disk.
const SAVE_SECONDS = 20

/** Trains to the end. The history holds every epoch that was finished, also when this throws. */
export async function flowLoop(run: FlowRun, fit: FlowFitOptions): Promise<void> {
  const { session, flow, data, noun, history } = run
  const clock = new Clock({ session, rows: data.train.shape[0], noun, history })
  try {
    const onProgress = (info: FlowFitProgress) => clock.progress(info)
    for await (const epoch of flow.fit(data.train, { ...fit, signal: session.signal, onProgress })) {
      history.push(recordOf(clock, epoch))
      if (performance.now() - run.saved > 1000 * SAVE_SECONDS) await clock.pause(() => save(run))
    }
  } finally {
    clock.end()
  }
}

function recordOf(clock: Clock, epoch: FlowFitProgress): FlowEpoch {
  const { logLikelihood: train, validation } = epoch
  const test = validation ? ` (test ${figure(validation.logLikelihood, 2)})` : ''
  return {
    ...clock.epoch(epoch, `log-likelihood ${figure(train, 2)}`, test),
    trainLogLikelihood: train,
    ...(validation && { testLogLikelihood: validation.logLikelihood }),
  }
}
