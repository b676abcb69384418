/** How deploying has gone. The type is that of `src/metrics`, which the command line shows as well. */
import { z } from 'zod';
import type { Metrics } from '../../metrics/metrics.ts';

export const metrics = z.custom<Metrics>().meta({
  type: 'object',
  description: 'As `belay metrics --json` prints it.',
});
