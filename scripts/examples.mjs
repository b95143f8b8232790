// npm run examples: sets up, then runs every file of examples/ (or those whose names contain one of the words given).
// With --quick each takes some seconds. Pictures and tables go to out/examples.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { main, root, run } from './lib/run.mjs'
import { setup } from './setup.mjs'

await main(async () => {
  const words = process.argv.slice(2)
  const wanted = words.filter((word) => !word.startsWith('--'))
  setup(['native', 'ts'])
  mkdirSync(join(root, 'out/examples'), { recursive: true })
  for (const file of readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'))) {
    if (wanted.length > 0 && !wanted.some((word) => file.includes(word))) continue
    console.log(`\n== ${file}`)
    run(process.execPath, [join('examples', file), ...words.filter((word) => word.startsWith('--'))])
  }
})
