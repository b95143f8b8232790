/** The page's end of a room's worker. */

import { type Signal, useSignal } from '@preact/signals'
import { type ProxyMarked, proxy, type Remote, wrap } from 'comlink'
import { useEffect } from 'preact/hooks'
import type { Entrance } from './serve.ts'

export interface Connection<Service> {
  /** Undefined until the worker has loaded WebAssembly. */
  readonly service: Signal<Remote<Service> | undefined>
  /** Why the worker failed, or what a call to it threw. */
  readonly error: Signal<unknown>
  /** Runs calls to the worker; what they throw becomes `error`, and the next one that succeeds takes it away. */
  attempt(work: () => Promise<unknown>): Promise<void>
}

/**
 * Starts the worker of a room with the component and ends it with the component.
 *
 *     const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
 *     const { service, error, attempt } = useWorker<IsingService>(start)
 */
export function useWorker<Service extends object>(start: () => Worker): Connection<Service> {
  const service = useSignal<Remote<Service> | undefined>(undefined)
  const error = useSignal<unknown>(undefined)
  useEffect(() => {
    const worker = start()
    worker.onerror = ({ message }) => (error.value = new Error(`the room's worker stopped: ${message}`))
    const entrance = wrap<Entrance<Service & ProxyMarked>>(worker)
    entrance.open().then(
      (opened) => (service.value = opened as unknown as Remote<Service>),
      (reason) => (error.value = reason),
    )
    return () => worker.terminate()
  }, [])
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work()
      error.value = undefined
    } catch (reason) {
      error.value = reason
    }
  }
  return { service, error, attempt }
}

/** A callback for the worker that shows a frame with the next repaint, and only then asks for another. */
export function shows<Frame>(show: (frame: Frame) => void): ((frame: Frame) => Promise<void>) & ProxyMarked {
  return proxy(async (frame: Frame) => {
    await new Promise(requestAnimationFrame)
    show(frame)
  })
}
