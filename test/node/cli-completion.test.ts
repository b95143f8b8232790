import { execFile, spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { build } from '../../src/cli/program.ts'
import { bashScript } from '../../src/cli/shell/bash.ts'
import { fishScript } from '../../src/cli/shell/fish.ts'
import { zshScript } from '../../src/cli/shell/zsh.ts'
import { factsOf } from '../../src/cli/tree.ts'
import { type Folder, gibbsite, gibbsiteJson, temporaryFolder } from '../support/cli.ts'

const facts = factsOf(build())
const run = promisify(execFile)
const installed = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

/** Its words are those of the line; it prints what may follow. */
const ASK_BASH = 'source ./c.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gibbsite; declare -p COMPREPLY'

/** A line as it is typed, and what may follow. */
const typed: readonly [line: string, words: readonly string[]][] = [
  ['gibbsite tr', ['train']],
  ['gibbsite train ', ['rbm', 'bm', 'hopfield', 'planar', 'nice', 'realnvp', 'glow']],
  ['gibbsite train rbm --me', ['--method']],
  ['gibbsite train rbm --method p', ['pcd', 'pcd-pt']],
  ['gibbsite sample model.safetensors --ba', ['--backend']],
  ['gibbsite sample --out x.png --backend ', ['auto', 'native', 'wasm']],
  ['gibbsite train rbm --out fo', ['folder']],
  ['gibbsite train rbm --hidden ', []],
  ['gibbsite completion ', ['bash', 'zsh', 'fish']],
]

/** `declare -a COMPREPLY=([0]="pcd" [1]="pcd-pt")` */
const repliesIn = (text: string) => [...text.matchAll(/\]="(.*?)"/g)].map(([, word]) => word)

// Scripts of shells, which no backend changes.
describe.runIf(inject('backend') === 'native')('gibbsite completion', () => {
  let folder: Folder
  beforeAll(async () => {
    folder = await temporaryFolder()
    await mkdir(folder.file('folder'))
    await writeFile(folder.file('c.bash'), bashScript(facts))
    await writeFile(folder.file('c.fish'), fishScript(facts))
    await writeFile(folder.file('_gibbsite'), zshScript(facts))
  })
  afterAll(() => folder.remove())

  it.runIf(installed('bash')).each(typed)('bash: %s', async (line, words) => {
    const { stdout } = await run('bash', ['-c', ASK_BASH, 'bash', ...line.split(' ')], { cwd: folder.path })
    expect(repliesIn(stdout)).toEqual(words)
  })

  it.runIf(installed('bash'))('bash: an option and its value with = between them', async () => {
    const words = ['gibbsite', 'train', 'rbm', '--method', '=', 'c']
    const { stdout } = await run('bash', ['-c', ASK_BASH, 'bash', ...words], { cwd: folder.path })
    expect(repliesIn(stdout)).toEqual(['cd'])
  })

  it.runIf(installed('fish')).each(typed)('fish: %s', async (line, words) => {
    const ask = 'source ./c.fish; complete -C $argv[1]'
    const { stdout } = await run('fish', ['-N', '-c', ask, line], { cwd: folder.path, env: { HOME: folder.path } })
    const found = stdout
      .split('\n')
      .filter(Boolean)
      .map((text) => text.split('\t')[0]!.replace(/\/$/, ''))
    expect(found.sort()).toEqual([...words].sort())
  })

  it.runIf(installed('zsh'))('zsh: reads as a script, by eval and from $fpath', async () => {
    await run('zsh', ['-f', '-n', folder.file('_gibbsite')])
    const defined = 'compdef() { print "$@"; }; eval "$(<_gibbsite)"; print $+functions[_gibbsite_train_rbm]'
    expect((await run('zsh', ['-f', '-c', defined], { cwd: folder.path })).stdout).toBe('_gibbsite gibbsite\n1\n')
    const asked = '_arguments() { print -l -- "$@"; }; fpath=(. $fpath); autoload -Uz _gibbsite; _gibbsite'
    const { stdout } = await run('zsh', ['-f', '-c', asked], { cwd: folder.path })
    expect(stdout).toContain('1: :->command\n')
  })

  it('prints what the functions make, as text and as JSON, and the tree', async () => {
    expect((await gibbsite(['completion', 'zsh'])).stdout).toBe(zshScript(facts))
    expect(await gibbsiteJson(['completion', 'fish'])).toEqual({
      command: 'completion',
      shell: 'fish',
      script: fishScript(facts),
    })
    expect(await gibbsiteJson(['completion'])).toEqual({ command: 'completion', commands: facts })
    expect((await gibbsite(['completion', 'tcsh'])).stderr).toMatch(
      /expected .shell. to be "bash", "zsh" or "fish"; got/,
    )
  })

  it('the tables of the manual are those of the commands', async () => {
    const check = spawnSync(process.execPath, [resolve('scripts/command-page.mjs'), '--check'], { encoding: 'utf8' })
    expect(check.stderr + check.stdout).toBe('')
    expect(check.status).toBe(0)
  })
})
