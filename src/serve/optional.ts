/** Packages that only the server needs, and that are installed by who wants one. */

import { GibbsiteError } from '../errors.ts'

/** A package is missing; the message says how to get it. */
export class MissingPackageError extends GibbsiteError {
  override name = 'MissingPackageError'
}

/** @throws MissingPackageError where the package is not installed */
export async function optionalPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new MissingPackageError(`the package ${name} is missing; npm install ${name}`, { cause })
  }
}
