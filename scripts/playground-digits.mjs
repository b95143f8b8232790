// The digits of the playground: the first 4,000 training images of MNIST as one PNG, a row of 784 pixels each.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng, readMnist } from '../dist/index.mjs'
import { main, root } from './lib/run.mjs'

const COUNT = 4000
const FOLDER = join(root, 'playground/build-data')

await main(async () => {
  const { images, height, width } = (await readMnist()).train
  const data = Uint8Array.from(images.data.subarray(0, COUNT * height * width), (value) => Math.round(255 * value))
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, 'digits.png'), encodePng({ width: height * width, height: COUNT, channels: 1, data }))
})
