// What a program printed against what the page says.

/** Without blanks at the ends of lines and empty lines around. */
export const tidy = (text) => text.replace(/[ \t]+$/gm, '').replace(/^\n+|\n+$/g, '')

/** The text with its numbers, and the blanks that line them up, made alike. */
const masked = (text) => text.replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/gi, '#').replace(/[ \t]+/g, ' ')

/** undefined where the output is what a text block says, else a message. */
export function difference(output, expected) {
  const [got, wanted] = [tidy(output), tidy(expected.code)]
  if (got === wanted || (expected.flags.varies && masked(got) === masked(wanted))) return undefined
  return `expected\n${indented(wanted)}\ngot\n${indented(got)}`
}

const indented = (text) => text.replace(/^/gm, '    ')
