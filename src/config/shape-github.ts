/** What may stand under `github`. */
import { z } from 'zod';
import { secretReference } from '../util/written.ts';

export const githubShape = z.strictObject({
  token: secretReference.meta({ description: 'Token that may write deployments.' }),
  repository: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+$/, 'expected owner/name')
    .optional()
    .meta({ description: '`owner/name`; without it `GITHUB_REPOSITORY`.' }),
  api: z
    .url({ protocol: /^https?$/, error: 'expected an address that starts with https:// or http://' })
    .optional()
    .meta({ description: 'Where the API is; without it `GITHUB_API_URL`, or GitHub itself.' }),
});
