/** The library for browsers and everything else without files: start with `await load()`. */

import { browser } from './backend/platform.browser.ts'
import { usePlatform } from './backend/platform.ts'

usePlatform(browser)

export * from './index.ts'
