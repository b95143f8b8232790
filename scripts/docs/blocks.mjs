// The fenced code blocks of a page.
//
//   ```ts                       a program of its own
//   ```ts continues             goes on where the program before it stopped
//   ```ts throws                has to end with an error; what comes out is the error's name and message
//   ```ts alone                 in a process of its own, since it changes something for the whole process
//   ```ts file=main.ts          a file of that name in the page's folder, for the blocks that follow; not run by itself
//   ```text                     right after a program: what it prints; `text varies`: the same but for the numbers
//   ```text page=index.html     what can be read in that file of the page's folder when a browser shows it
//
// js, py, sh and html are as ts; of cpp files those that end in .cc are compiled. Blocks of any other language are only shown.

const FENCE = /^(\s*)(`{3,})\s*([^\s`]*)([^`]*)$/

/** @returns blocks { language, flags: { name: value or true }, code, line, end }, lines counted from 1, `line` being the first fence */
export function findBlocks(text) {
  const lines = text.split('\n')
  const blocks = []
  for (let i = 0; i < lines.length; ++i) {
    const open = FENCE.exec(lines[i])
    if (!open) continue
    const [, indent, fence, language, info] = open
    const length = lines.slice(i + 1).findIndex((line) => line.trim() === fence)
    if (length < 0) throw new Error(`line ${i + 1}: expected a line of ${fence} that ends the code block; got none`)
    const code = lines
      .slice(i + 1, i + 1 + length)
      .map((line) => line.slice(Math.min(indent.length, line.search(/\S|$/))))
    blocks.push({ language, flags: flagsOf(info), code: code.join('\n'), line: i + 1, end: i + length + 2 })
    i += length + 1
  }
  return blocks
}

/** `file=main.ts alone` becomes { file: 'main.ts', alone: true }. What VitePress reads, [title] and {lines}, is left out. */
function flagsOf(info) {
  const words = info.replace(/\[[^\]]*\]|\{[^}]*\}/g, ' ').split(/\s+/)
  return Object.fromEntries(words.filter(Boolean).map((word) => [...word.split('='), true].slice(0, 2)))
}
