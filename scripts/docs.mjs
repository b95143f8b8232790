// npm run docs: the documentation as a site in docs/.vitepress/dist, reference included, every link checked. Needs no network.
//   npm run docs -- --serve      and serves it
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DOCS } from './docs/pages.mjs'
import { ensurePackages } from './lib/build.mjs'
import { bin, Failure, main, root, run } from './lib/run.mjs'

const SITE = join(DOCS, '.vitepress/dist')

await main(async () => {
  ensurePackages()
  const { brokenLinks } = await import('./docs/links.mjs') // needs packages
  rmSync(join(DOCS, 'api'), { recursive: true, force: true })
  run(bin('typedoc'), ['--options', join(DOCS, '.vitepress/typedoc.json')])
  run(bin('vitepress'), ['build', DOCS])
  const broken = brokenLinks(SITE)
  for (const sentence of broken) console.log(sentence)
  if (broken.length > 0) throw new Failure(`docs: ${broken.length} broken links`)
  console.log(`docs: ${SITE.slice(root.length + 1)}, all links are right`)
  if (process.argv.includes('--serve')) run(bin('vitepress'), ['preview', DOCS])
})
