// Prints the C++ files of the groups named on the command line, as binding.gyp wants them: node native/sources.cjs each once
const { readFileSync } = require('node:fs')
const { join, posix } = require('node:path')

const groups = process.argv.slice(2)
for (const line of readFileSync(join(__dirname, 'sources.txt'), 'utf8').split(/\r?\n/)) {
  const [group, file] = line.trim().split(/\s+/)
  if (groups.includes(group)) console.log(posix.join('native', file))
}
