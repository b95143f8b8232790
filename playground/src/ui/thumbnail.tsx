/** A small picture that does not change. */

import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { themeVersion } from '../theme.ts'
import type { PaletteName } from './palette.ts'
import { draw, type PixelImage } from './pixels.tsx'

/** For use inside a button or beside a text that says what it is. */
export function Thumbnail({ image, palette }: { readonly image: PixelImage; readonly palette: PaletteName }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const paint = () => {
    themeVersion.value
    draw(canvas.current!, image, palette)
  }
  useEffect(() => effect(paint), [image])
  return <canvas class="thumbnail" ref={canvas} />
}
