/** How traffic moves to the new release, as it may stand in the configuration file. */
import { z } from 'zod';
import { duration, share } from '../util/written.ts';
import { CANARY_DEFAULTS, DEFAULTS } from './defaults.ts';
import { signalsShape } from './shape-signals.ts';

const stage = z.union([
  share,
  z.strictObject({
    share: share.meta({ description: 'Of the traffic, to the candidate.' }),
    hold: duration.optional().meta({ description: 'Not left earlier; instead of the hold of the strategy.' }),
    maxHold: duration.optional().meta({ description: 'Not left later, when it is the last one.' }),
  }),
]);

const times = z.number().min(1).max(1_000);

const canary = z
  .strictObject({
    type: z.literal('canary'),
    steps: z.array(stage).min(1).optional().meta({
      description: 'Shares of the traffic in ascending order, each with a hold of its own if need be.',
      default: CANARY_DEFAULTS.steps,
    }),
    hold: duration
      .optional()
      .meta({ description: 'Shortest time at each share, also when all looks well.', default: CANARY_DEFAULTS.hold }),
    maxHold: duration.optional().meta({
      description: 'Longest time at the last share to wait for evidence in favour.',
      default: CANARY_DEFAULTS.maxHold,
    }),
    promotion: z.enum(['automatic', 'manual']).optional().meta({
      description: '`manual`: more traffic only by `belay promote`; going back stays automatic.',
      default: CANARY_DEFAULTS.promotion,
    }),
    onInconclusive: z.enum(['continue', 'extend', 'hold', 'abort']).optional().meta({
      description: 'When the last share ends without evidence in either direction.',
      default: CANARY_DEFAULTS.onInconclusive,
    }),
    onNoData: z.enum(['abort', 'hold', 'probe']).optional().meta({
      description: 'When nothing is seen of the candidate. `probe`: ask it ourselves, by a signal of type `probe`.',
      default: CANARY_DEFAULTS.onNoData,
    }),
    silence: duration
      .optional()
      .meta({ description: 'This long without a request is no data.', default: CANARY_DEFAULTS.silence }),
    unwatched: duration.optional().meta({
      description: 'When the process that judges has been gone this long, the router moves everybody back by itself.',
      default: CANARY_DEFAULTS.unwatched,
    }),
    maxFailures: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'More failed requests of the candidate are never risked. Without it: no such limit.' }),
    alpha: share.optional().meta({
      description: 'Highest probability of taking a good release back, however often it is looked at.',
      default: CANARY_DEFAULTS.alpha,
    }),
    beta: share.optional().meta({
      description: 'Highest probability of calling a release good that is worse than `promoteBelow`.',
      default: CANARY_DEFAULTS.beta,
    }),
    errors: z
      .strictObject({
        tolerance: times.optional().meta({
          description: 'As many times the errors of the old release are still good.',
          default: CANARY_DEFAULTS.errors.tolerance,
        }),
        promoteBelow: times.optional().meta({
          description: 'Good is what is shown to have fewer than this many times the errors.',
          default: CANARY_DEFAULTS.errors.promoteBelow,
        }),
        floor: share.optional().meta({ description: 'An error rate up to this is never a reason to go back.' }),
      })
      .optional()
      .meta({ description: 'Comparing errors: answers with 5xx, and requests without an answer.' }),
    latency: z
      .union([
        z.literal(false),
        z.strictObject({
          tolerance: share.optional().meta({
            description: 'Slower by this much is still good.',
            default: CANARY_DEFAULTS.latency.tolerance,
          }),
          promoteBelow: share.optional().meta({
            description: 'Good is what is shown to be slower by less than this.',
            default: CANARY_DEFAULTS.latency.promoteBelow,
          }),
        }),
      ])
      .optional()
      .meta({ description: 'Comparing latency; `false`: not at all.' }),
    grace: z
      .strictObject({
        time: duration.optional().meta({
          description: 'How long a cold start is forgiven; `0s`: judged strictly from the first request.',
          default: CANARY_DEFAULTS.grace.time,
        }),
        tolerance: times.optional().meta({
          description: 'As many times the errors are forgiven meanwhile.',
          default: CANARY_DEFAULTS.grace.tolerance,
        }),
      })
      .optional()
      .meta({ description: 'A release that has just started is judged less strictly.' }),
    holdBack: z
      .strictObject({
        share: share.optional().meta({
          description: 'Of the traffic, stays on the old release for comparison.',
          default: CANARY_DEFAULTS.holdBack.share,
        }),
        time: duration.meta({ description: 'For how long.' }),
      })
      .optional()
      .meta({ description: 'Before the commit, compare on with nearly all traffic on the new release.' }),
    signals: signalsShape.optional().meta({
      description: 'Where evidence comes from, instead of what the routers of the targets see; `router` names that.',
      default: [{ type: 'router' }],
    }),
    interval: duration
      .optional()
      .meta({ description: 'Between two measurements in the journal.', default: CANARY_DEFAULTS.interval }),
  })
  .meta({ description: 'Give the candidate a growing share, as long as it is no worse than the old release.' });

const blueGreen = z
  .strictObject({
    type: z.literal('blue-green'),
    soak: duration.optional().meta({
      description: 'Watch the candidate this long under all traffic before the commit.',
      default: DEFAULTS.soak,
    }),
  })
  .meta({ description: 'Start the candidate beside the old release, then switch.' });

const recreate = z.strictObject({ type: z.literal('recreate') }).meta({
  description:
    'Hold requests, stop the old release, snapshot data, start the new one: for applications that cannot run twice.',
});

const allAtOnce = z
  .strictObject({ type: z.literal('all-at-once') })
  .meta({ description: 'Switch every target as soon as it is ready.' });

export const strategyShape = z.union([
  z.enum(['blue-green', 'all-at-once', 'recreate', 'canary']),
  z.discriminatedUnion('type', [blueGreen, canary, allAtOnce, recreate]),
]);

export type WrittenStrategy = z.input<typeof strategyShape>;
export type WrittenCanary = z.input<typeof canary>;
