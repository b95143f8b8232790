// What there is to do with the blocks of a page, in their order: files to write, programs to run, pages to look at.
import { findBlocks } from './blocks.mjs'

const KNOWN = {
  ts: ['continues', 'throws', 'alone', 'file'],
  js: ['continues', 'throws', 'alone', 'file'],
  py: ['file'],
  sh: [],
  html: ['file'],
  cpp: ['file'],
  json: ['file'],
  text: ['varies', 'page', 'file'],
}
const RUN = ['ts', 'js', 'py', 'sh', 'html']

/**
 * Steps { kind: 'file' | 'script' | 'py' | 'sh' | 'html' | 'look', line, ... }. A script has `parts`, blocks that are one
 * module; every part, and every other step but a file, may have `expected`, the block that says what comes out.
 */
export function stepsOf(text) {
  const steps = []
  let last // what the next block, if it is text, says the output of
  for (const block of findBlocks(text)) {
    checkFlags(block)
    if (block.language === 'text' && !block.flags.file) {
      if (block.flags.page) steps.push({ kind: 'look', line: block.line, file: block.flags.page, expected: block })
      else if (last) last.expected = block
      last = undefined
      continue
    }
    last = addStep(steps, block)
  }
  return steps
}

function addStep(steps, block) {
  const { language, flags, line } = block
  if (flags.file) {
    steps.push({ kind: 'file', line, file: flags.file, block })
    return undefined
  }
  if (!RUN.includes(language)) return undefined
  if (language !== 'ts' && language !== 'js') {
    steps.push({ kind: language, line, block })
    return steps.at(-1)
  }
  if (!flags.continues) steps.push({ kind: 'script', line, language, parts: [], alone: flags.alone ?? false })
  const script = steps.findLast(({ kind }) => kind === 'script')
  if (script?.language !== language) throw new Error(`line ${line}: expected a ${language} block to continue; got none`)
  if (script.parts.at(-1)?.throws)
    throw new Error(`line ${line}: expected a program that goes on; the block before throws`)
  script.parts.push({ line, code: block.code, throws: flags.throws ?? false })
  return script.parts.at(-1)
}

function checkFlags({ language, flags, line }) {
  const wrong = Object.keys(flags).find((name) => !(KNOWN[language] ?? []).includes(name))
  if (wrong !== undefined)
    throw new Error(`line ${line}: expected a flag of ${language || 'plain'} blocks; got ${wrong}`)
}

/**
 * The module that the parts of a script are, each line where it is in the page, so that messages name the page's lines.
 *
 * @param between code put between two parts, given the number of the second
 */
export function moduleOf({ parts }, between = () => '') {
  let text = ''
  let at = 1
  for (const [number, { line, code }] of parts.entries()) {
    text += '\n'.repeat(line + 1 - at)
    if (number > 0) text = `${text.slice(0, -1)}${between(number)}\n`
    text += code
    at = line + 1 + code.split('\n').length - 1
  }
  return `${text}\nexport {}\n`
}
