/** How often a test repeats what differs only by the instant of a kill or by a seed: `BELAY_THOROUGH=5` for a long night. */

const FACTOR = Number(process.env.BELAY_THOROUGH ?? 1);

/** Whether there is time for what others show already, in another way. */
export const thorough = FACTOR > 1;

export const repeated = (usually: number): number => Math.max(1, Math.round(usually * FACTOR));
