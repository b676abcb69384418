/** How Belay's own component is called inside a Convex deployment. */

import type { PushRequest } from './push-request.ts';

/** The name under which `convex.config.ts` uses it; its functions are called by this component path. */
export const COMPONENT = 'belay';

/**
 * Where an export keeps its tables. A restore must not rewind the journal and the lease: it leaves these out, and imports
 * with `replace`. An import with `replaceAll` empties every table that the ZIP does not hold, those of components as well.
 */
export const COMPONENT_FOLDER = `_components/${COMPONENT}/`;

/**
 * Whether an application's push has the component in it. A push without it takes the component out of the deployment: its
 * tables stay, but nothing answers for them until the next push that has it.
 */
export function holdsComponent({ componentDefinitions }: Pick<PushRequest, 'componentDefinitions'>): boolean {
  return componentDefinitions.some(({ definitionPath }) => DEFINITION.test(definitionPath));
}

/** Where npm, pnpm and a linked package have it; always the folder of the definition. */
const DEFINITION = /(^|\/)belayctl(@[^/]*)?\/.*convex\/component$/;
