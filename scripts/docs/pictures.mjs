// Pictures of a page that its own programs make: the file in docs/images has to be the one that came out.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DOCS } from './pages.mjs'

const PICTURE = /!\[[^\]]*\]\((\S+?\.(?:png|svg))\)/g

/** Those that a program wrote into the folder: results as of runPage, with `picture` { file, bytes }. */
export function pictureResults({ name, text }, folder) {
  const results = []
  for (const [number, content] of text.split('\n').entries()) {
    for (const [, path] of content.matchAll(PICTURE)) {
      const made = join(folder, basename(path))
      if (existsSync(made)) results.push(compared(join(DOCS, dirname(name), path), readFileSync(made), number + 1))
    }
  }
  return results
}

function compared(file, bytes, line) {
  const same = existsSync(file) && bytes.equals(readFileSync(file))
  return {
    line,
    problem: same ? undefined : `expected ${basename(file)} as the page's program writes it`,
    picture: { file, bytes },
  }
}
