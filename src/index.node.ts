/** The library for Node, Bun and Deno. */

import { node } from './backend/platform.node.ts'
import { usePlatform } from './backend/platform.ts'
import { inFile, readFileBounded, writeFileAtomic } from './io/files.node.ts'
import { useFiles } from './io/files.ts'

usePlatform(node)
useFiles({ read: readFileBounded, write: writeFileAtomic, within: inFile })

export * from './index.ts'
export { readMnist } from './io/mnist.node.ts'
