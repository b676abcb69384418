/** How much is simulated: `--full` as the goals ask for (hours), otherwise two or three minutes a bench; `--scale=0.1` is a tenth of full. */
import { parseArgs } from 'node:util';

/** Of the full run; where that is too few for a figure, the bench says the least. */
const DEFAULT_SCALE = 0.01;

const { values } = parseArgs({
  options: { scale: { type: 'string' }, full: { type: 'boolean', default: false } },
  strict: false,
});
const asked = values.full === true ? 1 : Number(values.scale ?? DEFAULT_SCALE);
if (!(asked > 0 && asked <= 1)) throw new Error('--scale=N is a number above 0, up to 1');
export const SCALE = asked;

/** Of so many runs in the full bench. */
export const runsOf = (full: number, least = 40): number => Math.max(least, Math.round(full * SCALE));
