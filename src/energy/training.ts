/** A training in progress: wait for the end of it, or go through its epochs one by one. */

/** An epoch that was handed out, and how to let the run go on from it. */
interface Offer<Epoch> {
  readonly epoch: Epoch
  readonly resume: () => void
}

/**
 * What `fit` returns. The training has begun already.
 *
 *     const result = await model.fit(data)
 *     for await (const epoch of model.fit(data)) console.log(epoch.pseudoLogLikelihood)
 *
 * Inside the loop's body the model is that of the epoch's end: the training waits until the next epoch is asked for, so it
 * may be saved, tested or sampled from. Leaving the loop stops the training after the step at hand; it can be resumed.
 */
export class Training<Result, Epoch> implements PromiseLike<Result>, AsyncIterable<Epoch> {
  readonly #result: Promise<Result>
  readonly #stop = new AbortController()
  readonly #offers: Offer<Epoch>[] = []
  #iterated = false
  #arrived = () => {}
  #resume = () => {}

  /** @param run does the work; it awaits `report` at the end of each epoch and obeys the signal */
  constructor(run: (report: (epoch: Epoch) => Promise<void>, stop: AbortSignal) => Promise<Result>) {
    this.#result = run((epoch) => this.#offer(epoch), this.#stop.signal)
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

  [Symbol.asyncIterator](): AsyncIterator<Epoch, void> {
    this.#iterated = true
    // The loop throws what went wrong; without this the process would also hear of a rejection that nobody handled.
    this.#result.catch(() => {})
    return { next: () => this.#next(), return: () => this.#leave() }
  }

  #offer(epoch: Epoch): Promise<void> {
    if (!this.#iterated) return Promise.resolve()
    return new Promise((resume) => {
      this.#offers.push({ epoch, resume })
      this.#arrived()
    })
  }

  async #next(): Promise<IteratorResult<Epoch, void>> {
    this.#resume()
    if (this.#offers.length === 0) {
      const arrival = new Promise<void>((resolve) => (this.#arrived = resolve))
      await Promise.race([arrival, this.#result])
    }
    const offer = this.#offers.shift()
    if (offer === undefined) return { done: true, value: undefined }
    this.#resume = offer.resume
    return { done: false, value: offer.epoch }
  }

  async #leave(): Promise<IteratorResult<Epoch, void>> {
    this.#stop.abort()
    this.#iterated = false
    this.#resume()
    for (const { resume } of this.#offers.splice(0)) resume()
    await this.#result.catch(() => {})
    return { done: true, value: undefined }
  }
}
