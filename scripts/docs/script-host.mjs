// A process that runs scripts of the documentation one after the other, as its parent asks for them:
//   -> { file, folder }                                  a module, and the folder to run it in
//   <- { outputs: [text of each part], error?: { name, message, stack } }
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

let outputs
let fail

const stream = new Writable({
  write(chunk, _encoding, done) {
    outputs[outputs.length - 1] += chunk
    done()
  },
})
globalThis.console = new Console({ stdout: stream, stderr: stream, colorMode: false })
/** Put by the parent between two parts of a script. */
globalThis.nextPart = () => outputs.push('')

// What a script leaves unhandled is its failure, and no end of this process.
process.on('uncaughtException', (error) => fail?.(error))
process.on('unhandledRejection', (error) => fail?.(error))

process.on('message', async ({ file, folder }) => {
  outputs = ['']
  process.chdir(folder)
  const failed = new Promise((_resolve, reject) => {
    fail = reject
  })
  try {
    await Promise.race([import(pathToFileURL(file).href), failed])
    process.send({ outputs })
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    process.send({ outputs, error: { name, message, stack } })
  }
})
