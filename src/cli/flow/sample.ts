/** `gibbsite sample` on a flow: draws of the base distribution, sent through the inverse. */

import type { FlowSample } from '../../flow/sample.ts'
import type { ShapeOptions } from '../data.ts'
import { Interrupted } from '../failure.ts'
import { prepareFile } from '../folder.ts'
import type { Seeded } from '../options.ts'
import { timeLeft } from '../progress.ts'
import { finished, samplesWriter } from '../samples.ts'
import type { CommonOptions, Session } from '../session.ts'
import { count, spent } from '../words.ts'
import { classContext, loadFlow, sizeOf } from './model.ts'

export interface FlowSampling extends CommonOptions, ShapeOptions, Seeded {
  readonly chains: number
  readonly firstChain: number
  readonly temperature: number
  readonly label?: number
  readonly out: string
}

export async function sampleFlow(session: Session, path: string, options: FlowSampling): Promise<void> {
  const backend = await session.backend()
  const { flow, image } = await loadFlow(path, options)
  const { chains, temperature, firstChain: first, seed, label, out } = options
  const context = classContext(flow, { label, first, count: chains })
  const write = samplesWriter(out, image)
  await prepareFile(out)
  session.opening(`Flow of ${sizeOf(flow)}`, `${count(chains, 'draw')} at temperature ${temperature}`, backend)
  const task = session.progress.task('sampling', chains)
  const start = performance.now()
  const { result, stopped } = await finished<FlowSample>(
    flow.sample(chains, {
      temperature,
      first,
      ...(seed !== undefined && { seed }),
      ...(context && { context }),
      signal: session.signal,
      onProgress: ({ done, secondsLeft }) => task.update(done, timeLeft(secondsLeft)),
    }),
  )
  task.end()
  await write(result)
  const drawn = result.shape[0]
  const seconds = (performance.now() - start) / 1000
  session.say(`${out}: ${count(drawn, 'draw')} at temperature ${temperature}; ${spent(seconds, result.seed)}`)
  const told = {
    command: 'sample',
    model: path,
    out,
    samples: drawn,
    temperature,
    seed: result.seed,
    seconds,
    backend,
  }
  const end = `stopped after ${drawn} of ${chains} draws; ${out} holds them`
  session.result(told, stopped ? new Interrupted(end) : undefined)
}
