/** What went wrong, as one sentence that a screen reader speaks. */
export function Failure({ error }: { error: unknown }) {
  return (
    <p class="failure" role="alert">
      {error instanceof Error ? error.message : String(error)}
    </p>
  )
}
