// The folder that the blocks of a page share: an empty project in which the library is installed.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../lib/run.mjs'

export class Sandbox {
  folder = mkdtempSync(join(tmpdir(), 'gibbsite-docs-'))

  constructor() {
    this.write('package.json', JSON.stringify({ name: 'page', private: true, type: 'module' }))
    mkdirSync(join(this.folder, 'node_modules/.bin'), { recursive: true })
    symlinkSync(root, join(this.folder, 'node_modules/gibbsite'))
    symlinkSync(join(root, 'dist/cli.mjs'), join(this.folder, 'node_modules/.bin/gibbsite'))
  }

  write(name, text) {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true })
    writeFileSync(join(this.folder, name), text)
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
