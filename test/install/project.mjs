// An empty project with the packed tarball installed, on a machine without a compiler.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** npm's own script, so that it runs where PATH has no npm. */
export function npmScript() {
  if (process.env.npm_execpath) return process.env.npm_execpath
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm'))
  for (const file of found) {
    try {
      return realpathSync(file)
    } catch {}
  }
  throw new Error('npm was not found on PATH')
}

export class Project {
  folder = mkdtempSync(join(tmpdir(), 'gibbsite-install-'))
  #path = join(this.folder, 'path')

  /** @param options more of `npm install`, e.g. --offline */
  constructor(tarball, options = []) {
    mkdirSync(this.#path)
    symlinkSync(process.execPath, join(this.#path, 'node'))
    this.write('package.json', JSON.stringify({ name: 'empty', private: true, version: '1.0.0' }))
    this.log = execFileSync(
      process.execPath,
      [npmScript(), 'install', '--no-audit', '--no-fund', ...options, tarball],
      {
        cwd: this.folder,
        env: this.#environment(),
        encoding: 'utf8',
      },
    )
  }

  /** What a user's shell has, but with nothing except Node on PATH, and without what npm test put there. */
  #environment(more = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|GIBBSITE_|NODE_|VITEST)/i.test(name))
    return { ...Object.fromEntries(inherited), PATH: this.#path, ...more }
  }

  get installed() {
    return join(this.folder, 'node_modules/gibbsite')
  }

  write(name, text) {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true })
    writeFileSync(join(this.folder, name), text)
    return join(this.folder, name)
  }

  /** Runs Node there: { status, stdout, stderr }. */
  node(args, env = {}) {
    return this.run(process.execPath, args, env)
  }

  /** Runs another program there. */
  run(program, args, env = {}) {
    const options = { cwd: this.folder, env: this.#environment(env), encoding: 'utf8', timeout: 120_000 }
    return spawnSync(program, args, options)
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
