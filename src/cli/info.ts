/** `gibbsite info`: what is in a model's file. Reads it only; no backend is loaded. */

import type { Command } from 'commander'
import { readModelFile } from './model-store.ts'
import { common } from './options.ts'
import { type CommonOptions, Session } from './session.ts'
import { figure } from './words.ts'

const examples = ['gibbsite info out/rbm-mnist/model.safetensors', 'gibbsite info model.safetensors --json']

export function addInfo(program: Command): void {
  const command = program
    .command('info')
    .description("say what is in a model's file")
    .argument('<model>', 'a .safetensors file of gibbsite')
  common(command, examples, { seeded: false }).action(info)
}

async function info(path: string, options: CommonOptions): Promise<void> {
  const session = new Session(options)
  const { model, image, bytes } = await readModelFile(path)
  const tensors = Object.entries(model.tensors).map(([name, { dtype, shape, data }]) => ({
    name,
    dtype,
    shape,
    bytes: data.byteLength,
  }))
  const head = { file: path, bytes: figure(bytes, 0), kind: model.kind, ...model.options }
  for (const [name, value] of facts(image ? { ...head, image: `${image.height} x ${image.width}` } : head))
    session.say(line(name, value))
  session.say('\ntensors')
  for (const { name, dtype, shape } of tensors)
    session.say(line(`  ${name}`, `${dtype} ${shape.join(' x ') || 'scalar'}`))
  if (model.training) session.say('\ntraining')
  for (const [name, value] of facts(model.training ?? {})) session.say(line(`  ${name}`, value))
  session.result({ command: 'info', file: path, bytes, image, ...model, tensors })
}

const LONGEST = 100

/** Names and values of an object, inner objects with dotted names; long lists are only counted. */
function facts(value: object, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) return facts(inner, `${prefix}${key}.`)
    const text = typeof inner === 'string' ? inner : JSON.stringify(inner)
    const short = Array.isArray(inner) && text.length > LONGEST ? `${inner.length} values` : text
    return [[prefix + key, short]]
  })
}

function line(name: string, value: string): string {
  return `${name.padEnd(32)} ${value}`
}
