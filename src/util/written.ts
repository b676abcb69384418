/** Values as people write them in files: shapes that check the written form and leave it as it is. */
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { parseShare } from './share.ts';

/** The longest that a timer can wait is 2^31 ms, a little over this. */
const LONGEST_MS = 24 * 86_400_000;
/** Longer is surely a slip. */
const LONGEST_SPAN_MS = 36_525 * 86_400_000;

const DURATION = 'expected a duration with its unit, such as "500ms", "30s" or "5m"';
const SHARE = 'expected a share, such as "5%" or 0.05';

/** A time that no timer waits for. */
export const timespan = z
  .string({ error: DURATION })
  .refine((text) => parseDuration(text) !== null, DURATION)
  .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_SPAN_MS, 'is longer than 100 years');

export const duration = z
  .string({ error: DURATION })
  .refine((text) => parseDuration(text) !== null, DURATION)
  .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_MS, 'is longer than 24 days');

export const share = z
  .union([z.string(), z.number()], { error: SHARE })
  .refine((written) => parseShare(written) !== null, SHARE);

export const regularExpression = z.string().refine((source) => {
  try {
    return Boolean(new RegExp(source, 'u'));
  } catch {
    return false;
  }
}, 'is not a regular expression');

export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable: letters, digits and underscores');

export const secretReference = z
  .strictObject({
    secret: variableName.meta({ description: 'Name of the variable that holds the value.' }),
    file: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'File to read the value from when the variable is not set.' }),
  })
  .meta({ description: 'A secret by name; the value never stands in the file.' });

/** A program and its arguments. */
export const argumentList = z.array(z.string()).min(1);
