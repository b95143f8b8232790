/** What holds for every command, also for those to come: they are found in the tree of commands. */

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { build } from '../../src/cli/program.ts'
import { type CommandFacts, factsOf } from '../../src/cli/tree.ts'
import { type Folder, gibbsite, temporaryFolder } from '../support/cli.ts'

const flat = (command: CommandFacts): CommandFacts[] => [command, ...command.commands.flatMap(flat)]
const all = flat(factsOf(build())).map((command) => ({ ...command, name: ['gibbsite', ...command.path].join(' ') }))
const leaves = all.filter(({ commands }) => commands.length === 0)

/** What the help prints. */
async function help(words: readonly string[]): Promise<string> {
  const program = build()
  let said = ''
  const capture = (command: typeof program): void => {
    command.configureOutput({ writeOut: (text) => (said += text) })
    command.commands.forEach(capture)
  }
  capture(program)
  await program.parseAsync([...words, '--help'], { from: 'user' }).catch(() => {})
  return said
}

describe('the help', () => {
  it.each(all)('of $name has examples that name real options', async ({ name, path }) => {
    const text = await help(path)
    expect(text).toContain(`Usage: ${name} `)
    const examples = [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line!)
    expect(examples.length).toBeGreaterThan(0)
    for (const line of examples) expect(unknownIn(line), line).toEqual([])
  })

  it.each(leaves)('of $name has the options that all commands have', async ({ options }) => {
    const names = options.filter(({ common }) => common).flatMap((option) => option.names)
    for (const name of ['--threads', '--backend', '--json', '--quiet', '--no-color', '--debug', '--help'])
      expect(names).toContain(name)
  })

  it('says what every argument and option is', () => {
    for (const { name, options, description, ...command } of all) {
      expect(description, name).not.toBe('')
      for (const one of [...options, ...command.arguments])
        expect(one.description, `${name} ${JSON.stringify(one)}`).not.toBe('')
    }
  })

  it('tells the exit codes', async () => {
    expect(await help([])).toContain('Exit codes: 0')
  })
})

/** Options of an example that its command does not have. */
function unknownIn(line: string): string[] {
  if (!line.includes('gibbsite ')) return []
  const words = line.replace(/^.*?(?=gibbsite )/, '').split(/[\s)"]+/)
  const command = all.findLast(({ path }) => path.every((word, i) => words[i + 1] === word))!
  const known = command.options.flatMap(({ names }) => names)
  return words.filter((word) => word.startsWith('-') && !known.includes(word))
}

// The same on both backends, which these never reach.
describe.runIf(inject('backend') === 'native')('bad usage of every command', () => {
  let folder: Folder
  beforeAll(async () => void (folder = await temporaryFolder()))
  afterAll(() => folder.remove())

  it.concurrent.each(leaves)(
    '$name refuses an unknown option: exit code 2, a sentence, JSON',
    async ({ name, path }) => {
      const { code, stdout, stderr } = await gibbsite([...path, '--no-such-option', '--json'])
      const error = "unknown option '--no-such-option'"
      expect(code).toBe(2)
      expect(stderr).toBe(`gibbsite: ${error}\nsee ${name} --help\n`)
      expect(JSON.parse(stdout)).toEqual({ error, exitCode: 2 })
    },
  )

  const readers = leaves.filter((command) => command.arguments.length > 0 && !command.arguments[0]!.choices)

  it.concurrent.each(readers)('$name refuses a file that is not there', async ({ path, ...command }) => {
    const words = command.arguments.map(() => join(folder.path, 'nothing.json'))
    const { code, stdout, stderr } = await gibbsite([...path, ...words], { cwd: folder.path })
    expect(stderr).toMatch(/^gibbsite: [^\n]*nothing\.json[^\n]*\n$/)
    expect([code, stdout]).toEqual([2, ''])
  })

  it.runIf(process.platform === 'linux')('a full disk behind stdout: exit code 1 and a sentence', async () => {
    for (const words of [['--help'], ['completion', 'bash'], ['completion', '--json'], ['sample', '--json']]) {
      const { code, stderr } = await gibbsite(words, { stdout: '/dev/full' })
      expect(stderr).toMatch(/gibbsite: cannot write the results to standard output: no space is left [^\n]*\n$/)
      expect(code).toBe(1)
    }
  })
})
