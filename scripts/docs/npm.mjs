// What `npm` is in the shell blocks of the documentation, which are run without a network:
//   npm install <names>      links packages of the project's own node_modules, and fails for any other
//   npm test, npm run <x>    looks up whether the project has such a script (running the tests would never end)
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bin, Failure, main, root } from '../lib/run.mjs'

const { name: own, scripts, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json')))

function install(name) {
  if (name === own) return
  if (!(name in { ...dependencies, ...devDependencies })) throw new Failure(`npm: the project knows no package ${name}`)
  const to = join('node_modules', name)
  if (existsSync(to)) return
  mkdirSync(dirname(to), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), to)
  if (existsSync(bin(name))) symlinkSync(bin(name), join('node_modules/.bin', name))
}

await main(() => {
  const [command, ...words] = process.argv.slice(2).filter((word) => !word.startsWith('-'))
  if (command === 'install') return words.forEach(install)
  const script = command === 'run' ? words[0] : command
  if (!(script in scripts)) throw new Failure(`npm: expected a script of the project; got ${script}`)
})
