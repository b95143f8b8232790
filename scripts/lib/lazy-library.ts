/**
 * The library for Node, of which `import 'gibbsite'` reads a fifth: classes and what they are made of. The rest lies in
 * chunks by area that are read when one of their functions is first called. That takes `require`, which can wait until
 * then and still be synchronous; so the chunks are CommonJS, for both `require` and `import`, which also means that both
 * get the same classes.
 */

import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Plugin } from 'rolldown'

const SOURCE = resolve('src')
const ENTRY = join(SOURCE, 'index.node.ts')
const RE_EXPORT = /^export (type )?\{([^}]*)\} from '(\.[^']+)'$/gm

/** Where a module of the library goes; undefined for what stays in the entry. */
export function chunkOf(file: string): string | undefined {
  if (file.includes('node_modules')) return 'png'
  const path = relative(SOURCE, file)
  if (path.startsWith('..') || file === ENTRY) return undefined
  if (isEager(file, path)) return 'core'
  const [area, part = ''] = path.replace(/\.ts$/, '').split('/')
  const model = /^(rbm|gaussian-rbm|boltzmann|hopfield)\b/.exec(part)?.[0]
  if (area === 'energy') return model ?? 'energy'
  if (area === 'sampling') return path.split('/').length > 2 ? part : 'sampling'
  return area === 'flow' || area === 'io' ? area : 'common'
}

/** Classes are needed at once, since a name can't be bound to one that is not there yet. */
function isEager(file: string, path: string): boolean {
  if (/^(errors|check|event-loop|backend\/|random\/)/.test(path) || /files(\.node)?\.ts$/.test(path)) return true
  return publicNames().some(([from, name]) => from === file && !isFunction(from, name))
}

/** The values that the package exports, each with the file that it comes from. */
function publicNames(): (readonly [file: string, name: string])[] {
  return [join(SOURCE, 'index.ts'), ENTRY].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(RE_EXPORT)]
      .filter(([, onlyTypes]) => !onlyTypes)
      .flatMap(([, , names, from]) => valuesIn(names!).map((name) => [resolve(dirname(file), from!), name] as const)),
  )
}

function valuesIn(names: string): string[] {
  const all = names.split(',').map((name) => name.trim())
  return all.filter((name) => name !== '' && !name.startsWith('type '))
}

function isFunction(file: string, name: string): boolean {
  return new RegExp(`^export (async )?function ${name}\\b`, 'm').test(readFileSync(file, 'utf8'))
}

/** Puts a function that only calls the real one in the place of each that is exported. */
function standIns(): string {
  const lines = publicNames().map(([file, name]) => {
    const from = JSON.stringify(file)
    if (!isFunction(file, name)) return `export { ${name} } from ${from}`
    return `import { ${name} as ${name}$ } from ${from}\nexport function ${name}(...args) { return ${name}$(...args) }`
  })
  return lines.join('\n')
}

const REQUIRED = /^(?:const|let) (\w+) = require\("([^"]+)"\);$/gm

/** `const chunk = require("./chunk.cjs")` at the head of a file becomes a function that does so when it is first called. */
function requireLater(code: string): string {
  const names: string[] = []
  const head = code.replace(REQUIRED, (_, name: string, path: string) => {
    names.push(name)
    return `let ${name}$;\nconst ${name} = () => ${name}$ ??= require("${path}");`
  })
  return names.reduce(
    (text, name) =>
      text
        .replace(new RegExp(`\\bnew ${name}\\.(\\w+)`, 'g'), `new (${name}().$1)`)
        .replace(new RegExp(`\\b${name}\\.`, 'g'), `${name}().`),
    head,
  )
}

// Node looks through a file that `import` reads for the names of its exports, which takes longer than to run it; of this
// file it makes nothing out.
const UNREAD = "const library = require('./index.cjs')\nmodule.exports = library\n"

/** Their licences ask to be handed on with the code. */
function licences(): string {
  return ['fast-png', 'fflate', 'iobuffer']
    .map((name) => `${name}\n\n${readFileSync(join('node_modules', name, 'LICENSE'), 'utf8')}`)
    .join('\n')
}

export function lazyLibrary(): Plugin {
  return {
    name: 'lazy-library',
    transform(code, id) {
      if (id !== ENTRY) return undefined
      return code.replace(/^export \{[^}]*\}.*$/gm, '').replace(/^export \* from .*$/m, standIns())
    },
    generateBundle(_, files) {
      for (const file of Object.values(files)) if (file.type === 'chunk') file.code = requireLater(file.code)
      const names = publicNames().map(([, name]) => name)
      const text = `import library from './import.cjs'\n\nexport const { ${names.join(', ')} } = library\n`
      this.emitFile({ type: 'asset', fileName: 'index.mjs', source: text })
      this.emitFile({ type: 'asset', fileName: 'import.cjs', source: UNREAD })
      this.emitFile({ type: 'asset', fileName: 'bundled-licences.txt', source: licences() })
      if (!('index.cjs' in files)) throw new Error('expected the library to be built as index.cjs')
    },
  }
}
