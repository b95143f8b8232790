// The pages of the documentation as they are written: everything in docs/ but what is generated.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from '../lib/run.mjs'

export const DOCS = join(root, 'docs')
const GENERATED = ['api', '.vitepress', 'images', 'public']

/** Paths inside docs/ of all pages, such as `models/rbm.md`; with words, of those whose path contains one of them. */
export function pageNames(words = []) {
  return readdirSync(DOCS, { recursive: true })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.md') && !GENERATED.includes(name.split('/')[0]))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort()
}

export const readPage = (name) => readFileSync(join(DOCS, name), 'utf8')

/** A page's path as messages show it. */
export const shown = (name) => relative(root, join(DOCS, name))
