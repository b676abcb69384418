/** What a Belay asks first: whether this component speaks as it does. */
import { internalQuery } from './functions.ts';

/** Raised when a Belay of before could no longer work with the component, or the other way round. */
const FORMAT = 2;

export const describe = internalQuery({ args: {}, handler: async () => ({ format: FORMAT }) });
