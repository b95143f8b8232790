// The tables of docs/guide/command.md, made from the commands themselves.
//   node scripts/command-page.mjs [--check]      --check only says whether they are those in the page
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure, main, output, root } from './lib/run.mjs'

const PAGE = join(root, 'docs/guide/command.md')
const MARK = '<!-- The rest is made by scripts/command-page.mjs. -->\n'

/** @returns the page with new tables, for the tree of commands that `gibbsite completion --json` prints */
export function withTables(page, tree) {
  const at = page.indexOf(MARK)
  if (at < 0) throw new Failure(`expected ${MARK.trim()} in docs/guide/command.md; got a page without`)
  return page.slice(0, at + MARK.length) + tables(tree)
}

function tables(tree) {
  const leaves = flat(tree).filter(({ commands }) => commands.length === 0)
  const shared = leaves[0].options.filter(isCommon)
  const seed = leaves.flatMap(({ options }) => options).find(({ names }) => names.includes('--seed'))
  return [
    '\n## Options of every command\n',
    table(['Option', '', 'Default'], [...shared.filter((option) => option.names[0] !== '--seed'), seed].map(optionRow)),
    'Commands that draw random numbers take `--seed`, the others do not.\n',
    '## Commands\n',
    ...leaves.map(section),
  ].join('\n')
}

const flat = (command) => [command, ...command.commands.flatMap(flat)]
const isCommon = ({ common }) => common === true

function section({ path, description, arguments: words, options }) {
  const title = ['gibbsite', ...path].join(' ')
  const line = [title, '[options]', ...words.map(shown)].join(' ')
  const own = options.filter((option) => !isCommon(option))
  const rows = [
    ...words.map((word) => [`\`${shown(word)}\``, safe(word.description) + choices(word), '']),
    ...own.map(optionRow),
  ]
  const seeded = options.some(({ names }) => names.includes('--seed')) ? ' and `--seed`' : ''
  const rest = `Besides: the options of every command${seeded}.\n`
  return [
    `### ${title}\n`,
    `${capital(safe(description))}.\n`,
    `\`${line}\`\n`,
    rows.length > 0 ? table(['', '', 'Default'], rows) : '',
    rest,
  ]
    .filter(Boolean)
    .join('\n')
}

const capital = (text) => text[0].toUpperCase() + text.slice(1)

function shown({ name, required, variadic }) {
  const word = variadic ? `${name}...` : name
  return required ? `<${word}>` : `[${word}]`
}

function optionRow(option) {
  return [`\`${option.flags}\``, safe(option.description) + choices(option), safe(option.default ?? '')]
}

function choices({ choices: words }) {
  return words ? `: ${words.map((word) => `\`${word}\``).join(', ')}` : ''
}

/** Text in a cell of a Markdown table that a page of Vue is made of. */
function safe(text) {
  return text.replace(/[|<>{}*_[\]]/g, (sign) => `\\${sign}`)
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(() => {
    const { commands } = JSON.parse(output(process.execPath, [join(root, 'dist/cli.mjs'), 'completion', '--json']))
    const page = readFileSync(PAGE, 'utf8')
    const now = withTables(page, commands)
    if (!process.argv.includes('--check')) writeFileSync(PAGE, now)
    else if (now !== page)
      throw new Failure('docs/guide/command.md is not up to date: run node scripts/command-page.mjs')
  })
}
