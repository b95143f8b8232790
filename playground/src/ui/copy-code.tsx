/** The TypeScript that does in Node what the room does: shown, and copied with one button. */

import { type ReadonlySignal, useSignal } from '@preact/signals'

export function CopyCode({ code }: { readonly code: ReadonlySignal<string> }) {
  const told = useSignal('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code.value)
      told.value = 'Copied.'
    } catch {
      told.value = 'The browser did not allow it: select the text below.'
    }
    setTimeout(() => (told.value = ''), 4000)
  }
  return (
    <section class="code" aria-label="The same in Node">
      <div class="row">
        <h2>The same in Node</h2>
        <button type="button" onClick={copy}>
          Copy the TypeScript
        </button>
        <span role="status">{told.value}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{code.value}</pre>
    </section>
  )
}
