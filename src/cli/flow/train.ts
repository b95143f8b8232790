/** `gibbsite train planar | nice | realnvp | glow`: their command lines. */

import type { Command } from 'commander'
import { common, givenTo, refuse } from '../options.ts'
import { type Architecture, type FlowKind, glowKind, niceKind, planarKind, realNvpKind } from './kinds.ts'
import { addTrainingOptions, type FlowCommand } from './options.ts'
import { trainFlow } from './run.ts'
import { trainOnTarget } from './target.ts'

const kinds = [planarKind, niceKind, realNvpKind, glowKind]

export function addTrainFlows(train: Command): void {
  for (const kind of kinds) addTrainFlow(train, kind)
}

function addTrainFlow(train: Command, kind: FlowKind): void {
  const command = train
    .command(kind.command)
    .description(kind.description)
    .argument('[data]', 'rows: .npy ([n, dim] or [n, height, width]) or IDX images; whole numbers are grey levels')
  kind.addOptions(command)
  if (kind.classes) command.option('--classes', 'condition on the digits of --mnist')
  addTrainingOptions(command, kind.defaults)
  common(command, kind.examples).action(
    (data: string | undefined, options: FlowCommand & Architecture & { target?: string }) => {
      const given = givenTo(command)
      if (options.target === undefined) {
        if (kind === planarKind) refuse(given, ['--steps'], 'with --target')
        return trainFlow(kind, data, options, given)
      }
      return trainOnTarget(data, { ...options, target: options.target }, given)
    },
  )
}
