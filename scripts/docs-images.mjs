// npm run docs:images -- [words]: makes the pictures of the documentation anew, into docs/images. Charts come from
// docs/figures, one a file; sheets from the programs of the pages that show them (see docs-code.mjs). Those of long
// trainings are copied from what `npm run examples` left in out/examples.
import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DOCS } from './docs/pages.mjs'
import { runDocsCode } from './docs-code.mjs'
import { Failure, main, root } from './lib/run.mjs'
import { setup } from './setup.mjs'

const FROM_EXAMPLES = {
  'glow-mnist-samples.png': 'glow-mnist.png',
  'nice-mnist-inpainting.png': 'nice-mnist.png',
}
const images = join(DOCS, 'images')

await main(async () => {
  const words = process.argv.slice(2)
  setup(['native', 'ts'])
  const wanted = (name) => words.length === 0 || words.some((word) => name.includes(word))
  for (const file of readdirSync(join(DOCS, 'figures')).filter((name) => name !== 'chart.mjs' && wanted(name))) {
    const { default: draw } = await import(pathToFileURL(join(DOCS, 'figures', file)).href)
    writeFileSync(join(images, file.replace('.mjs', '.svg')), await draw())
    console.log(`docs/images/${file.replace('.mjs', '.svg')}`)
  }
  for (const [from, to] of Object.entries(FROM_EXAMPLES)) {
    const made = join(root, 'out/examples', from)
    if (wanted(to) && existsSync(made)) copyFileSync(made, join(images, to))
  }
  const { failed } = await runDocsCode({ words, write: true })
  if (failed > 0) throw new Failure('docs: some programs of the pages failed')
})
