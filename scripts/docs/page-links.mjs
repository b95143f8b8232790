// Links and pictures between the pages as they are written: quick, for the tests. Those into the reference, which is not
// there before it is built, and the site as a whole are checked by `npm run docs` (links.mjs).
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findBlocks } from './blocks.mjs'
import { DOCS, shown } from './pages.mjs'

const LINK = /\]\((\.[^)\s]*|#[^)\s]*|[\w-]+\.md[^)\s]*)\)/g
const INCLUDED = /<!--@include: (\S+?)-->/g

/** @returns sentences, one for each link of the page that leads nowhere */
export function wrongLinks({ name, text }) {
  const prose = withoutCode(text).split('\n')
  return prose.flatMap((line, i) =>
    [...line.matchAll(LINK)]
      .map(([, link]) => problem(link, name))
      .filter(Boolean)
      .map((why) => `${shown(name)}:${i + 1}: ${why}`),
  )
}

function problem(link, name) {
  const [path, place] = link.split('#')
  const file = path ? join(DOCS, dirname(name), path) : join(DOCS, name)
  if (file.startsWith(join(DOCS, 'api'))) return undefined
  if (!existsSync(file)) return `${link} is not there`
  if (place && !places(file).has(place)) return `${link}: the page has no #${place}`
  return undefined
}

/** The anchors of a page's headings. */
function places(file) {
  const text = readFileSync(file, 'utf8').replace(INCLUDED, (_all, path) =>
    readFileSync(join(dirname(file), path), 'utf8'),
  )
  return new Set([...withoutCode(text).matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading]) => slug(heading)))
}

/** As VitePress makes an anchor of a heading. */
function slug(heading) {
  const words = heading.toLowerCase().replace(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
  return words.replace(/^-+|-+$/g, '').replace(/^(\d)/, '_$1')
}

/** The text with empty lines where code blocks are. */
function withoutCode(text) {
  const lines = text.split('\n')
  for (const { line, end } of findBlocks(text)) lines.fill('', line - 1, end)
  return lines.join('\n')
}
