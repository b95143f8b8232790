/** Sending pictures and numbers from a worker to the page, at the pace at which the page shows them. */

import { transfer } from 'comlink'

/** A callback of the page, which resolves when the frame has been shown. */
export type Show<Frame> = (frame: Frame) => Promise<void>

/**
 * At most one frame is under way: while the page is busy with one, `ready` is false and the worker works on.
 *
 *     const frames = new Frames(show)
 *     while (running) {
 *       await work()
 *       if (frames.ready) frames.send({ spins }, [spins.buffer])
 *     }
 */
export class Frames<Frame> {
  readonly #show: Show<Frame>
  #underWay: Promise<void> | undefined

  constructor(show: Show<Frame>) {
    this.#show = show
  }

  /** Whether the page waits for a frame. */
  get ready(): boolean {
    return this.#underWay === undefined
  }

  /** Resolves when the last frame has been shown. */
  async shown(): Promise<void> {
    await this.#underWay
  }

  /** Sends a frame; the buffers in `moved` go over without a copy. */
  send(frame: Frame, moved: Transferable[] = []): void {
    const over = () => (this.#underWay = undefined)
    this.#underWay = this.#show(transfer(frame, moved)).then(over, over)
  }
}
