// Running the TypeScript and JavaScript of the documentation, in one process as long as nothing goes wrong in it.
import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import typescript from 'typescript'
import { root } from '../lib/run.mjs'
import { moduleOf } from './programs.mjs'

const HOST = join(root, 'scripts/docs/script-host.mjs')
/** A block that takes longer is too long for a page. */
const LONGEST = 60_000

const compilerOptions = {
  module: typescript.ModuleKind.ESNext,
  target: typescript.ScriptTarget.ES2022,
  verbatimModuleSyntax: true,
}

export class ScriptRunner {
  #child

  /**
   * @param folder where modules are written, inside the project, so that they find the library by its name
   */
  constructor(folder) {
    this.folder = folder
  }

  /** Runs a script in a folder: { outputs, error } (see script-host.mjs). */
  async run(script, name, folder) {
    const file = join(this.folder, name.replace(/\.md$/, ''), `${script.line}.mjs`)
    mkdirSync(dirname(file), { recursive: true })
    const text = moduleOf(script, () => 'nextPart();')
    writeFileSync(file, typescript.transpileModule(text, { compilerOptions }).outputText)
    if (script.alone) this.stop()
    try {
      return await this.#ask({ file, folder })
    } finally {
      if (script.alone) this.stop()
    }
  }

  #ask(message) {
    this.#child ??= fork(HOST, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: environment() })
    const child = this.#child
    return new Promise((resolve, reject) => {
      const settle = (action, value) => {
        clearTimeout(timer)
        child.removeAllListeners()
        action(value)
      }
      const give = (why) => {
        this.stop()
        settle(reject, new Error(why))
      }
      const timer = setTimeout(() => give(`expected an end within ${LONGEST / 1000} s; got none`), LONGEST)
      child.once('exit', (code) => give(`the process ended (${code})`))
      child.once('message', (answer) => settle(resolve, answer))
      child.send(message)
    })
  }

  stop() {
    this.#child?.removeAllListeners()
    this.#child?.kill()
    this.#child = undefined
  }
}

/** What a reader's shell has: nothing of npm's or of the tests'. */
export function environment() {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|GIBBSITE_|NODE_|VITEST)/i.test(name))
  return { ...Object.fromEntries(own), NO_COLOR: '1' }
}
