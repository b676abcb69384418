/** Signing in: the one-time link of the terminal, and tokens. */
import { z } from 'zod';

/** `code` stands in the fragment of the link (`/sign-in#code=…`): it counts once, for ten minutes. */
export const linkBody = z.strictObject({ code: z.string().min(1).max(200) });
export type LinkBody = z.infer<typeof linkBody>;

export const signInQuery = z.object({ problem: z.string().max(40).optional() });

export const tokenBody = z.strictObject({ token: z.string().min(1).max(200) });
export type TokenBody = z.infer<typeof tokenBody>;

export const signedOut = z.object({ signedOut: z.literal(true) });
