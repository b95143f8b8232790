/** What a flow is trained on: rows of real numbers, or grey levels between which noise is added. */

import { head } from '../data.ts'
import { UsageError } from '../failure.ts'
import { readTrainingData } from '../train-data.ts'
import type { FlowKind } from './kinds.ts'
import type { FlowCommand } from './options.ts'
import type { FlowData } from './state.ts'

const DIGITS = 10

/** Reads the data that the command line names. */
export async function readFlowData(
  { command }: FlowKind,
  path: string | undefined,
  options: FlowCommand,
): Promise<FlowData> {
  const { classes = false, rows, dequantize } = options
  if (classes && options.mnist === undefined) throw new UsageError('expected --classes only with --mnist')
  const data = await readTrainingData(path, options, `gibbsite train ${command}`, 'finite')
  const train = rows === undefined ? data.train : head(data.train, rows)
  const labels = data.labels?.subarray(0, train.shape[0])
  const levels = dequantize ?? data.levels
  if (levels !== undefined) checkUnit(data.name, train.data)
  return { ...data, train, labels, levels, classes: classes ? DIGITS : 0 }
}

function checkUnit(name: string, values: Float32Array): void {
  const wrong = values.find((value) => !(value >= 0 && value <= 1))
  if (wrong !== undefined)
    throw new UsageError(`expected ${name} to hold numbers from 0 to 1, to be dequantised; got ${wrong}`)
}
