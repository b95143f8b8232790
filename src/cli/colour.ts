/** Colours where a terminal shows them: never in pipes and files, nor with NO_COLOR, TERM=dumb or --no-color. */

import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]

let wanted = true

/** For `--no-color`: from now on there are none. */
export function leaveOutColours(): void {
  wanted = false
}

// Node looks at NO_COLOR, FORCE_COLOR and TERM when it counts the colours of a terminal.
export function showsColours(stream: NodeJS.WriteStream): boolean {
  return wanted && stream.isTTY === true && stream.hasColors()
}

/** The text in a style, where the stream that it is for shows one. */
export function painted(stream: NodeJS.WriteStream, style: Style, text: string): string {
  return showsColours(stream) ? styleText(style, text, { validateStream: false }) : text
}
