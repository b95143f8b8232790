// Imports point down only: index -> flow | energy | sampling -> density -> random -> backend; errors, check, matrix and
// io are leaves, the server and the command stand above all. A file may import its own folder and whatever is lower.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { Failure, main, root } from './lib/run.mjs'

const LEVELS = [
  ['errors', 'event-loop'],
  ['check'],
  ['matrix'],
  ['io'],
  ['backend'],
  ['random', 'run'],
  ['density'],
  ['flow', 'energy', 'sampling'],
  ['index'],
  ['serve'],
  ['cli'],
]
const source = join(root, 'src')

/** src/energy/rbm.ts belongs to `energy`, src/index.node.ts to `index`. */
function layer(file) {
  return relative(source, file).split(sep)[0].replace(/\..*$/, '')
}

function level(name, file) {
  const found = LEVELS.findIndex((names) => names.includes(name))
  if (found < 0) throw new Failure(`${relative(root, file)}: scripts/check-layers.mjs doesn't know the layer ${name}`)
  return found
}

function upwardImports(file) {
  const text = readFileSync(file, 'utf8')
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']*)'/g)].map(([, path]) => path)
  const own = layer(file)
  return specifiers
    .filter((path) => !relative(source, join(dirname(file), path)).startsWith('..')) // package.json
    .filter((path) => {
      const target = layer(join(dirname(file), path))
      return target !== own && level(target, file) >= level(own, file)
    })
    .map((path) => `${relative(root, file)}: imports ${path}, which is not below it`)
}

await main(() => {
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.ts'))
  const errors = files.flatMap((name) => upwardImports(join(source, name)))
  if (errors.length > 0) throw new Failure(errors.join('\n'))
})
