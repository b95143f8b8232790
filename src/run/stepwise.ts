/** Long work in steps (epochs, blocks of draws): wait for the end of it, or go through the steps one by one. */

/** A step that was handed out, and how to let the run go on from it. */
interface Offer<Step> {
  readonly step: Step
  readonly resume: () => void
}

/**
 * What `fit` and the samplers return. The work has begun already.
 *
 *     const result = await model.fit(data)
 *     for await (const epoch of model.fit(data)) console.log(epoch.pseudoLogLikelihood)
 *
 * Inside the loop's body everything is as at the step's end: the run waits until the next step is asked for, so a model
 * may be saved, tested or sampled from. Leaving the loop stops the run; it can be resumed.
 */
export class Stepwise<Result, Step> implements PromiseLike<Result>, AsyncIterable<Step> {
  readonly #result: Promise<Result>
  readonly #stop = new AbortController()
  readonly #offers: Offer<Step>[] = []
  #iterated = false
  #arrived = () => {}
  #resume = () => {}

  /** @param run does the work; it awaits `report` at the end of each step and obeys the signal */
  constructor(run: (report: (step: Step) => Promise<void>, stop: AbortSignal) => Promise<Result>) {
    this.#result = run((step) => this.#offer(step), this.#stop.signal)
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaited is the point
  then<Value = Result, Failure = never>(
    onResult?: ((result: Result) => Value | PromiseLike<Value>) | null,
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    return this.#result.then(onResult, onError)
  }

  catch<Failure = never>(
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    return this.#result.catch(onError)
  }

  finally(onEnd?: (() => void) | null): Promise<Result> {
    return this.#result.finally(onEnd)
  }

  [Symbol.asyncIterator](): AsyncIterator<Step, void> {
    this.#iterated = true
    // The loop throws what went wrong; without this the process would also hear of a rejection that nobody handled.
    this.#result.catch(() => {})
    return { next: () => this.#next(), return: () => this.#leave() }
  }

  #offer(step: Step): Promise<void> {
    if (!this.#iterated) return Promise.resolve()
    return new Promise((resume) => {
      this.#offers.push({ step, resume })
      this.#arrived()
    })
  }

  async #next(): Promise<IteratorResult<Step, void>> {
    this.#resume()
    if (this.#offers.length === 0) {
      const arrival = new Promise<void>((resolve) => (this.#arrived = resolve))
      await Promise.race([arrival, this.#result])
    }
    const offer = this.#offers.shift()
    if (offer === undefined) return { done: true, value: undefined }
    this.#resume = offer.resume
    return { done: false, value: offer.step }
  }

  async #leave(): Promise<IteratorResult<Step, void>> {
    this.#stop.abort()
    this.#iterated = false
    this.#resume()
    for (const { resume } of this.#offers.splice(0)) resume()
    await this.#result.catch(() => {})
    return { done: true, value: undefined }
  }
}
