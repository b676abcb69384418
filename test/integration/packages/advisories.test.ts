/** What is installed with Belay, against the advisories that the registry knows. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../rules/sources.ts';

const Report = z.object({
  message: z.string().default('no answer'),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })).optional(),
});

async function audit(): Promise<z.infer<typeof Report>> {
  const argv = ['audit', '--omit=dev', '--json', '--fetch-retries=0'];
  // It exits with 1 where there is something to tell.
  const told = await promisify(execFile)('npm', argv, { cwd: root, timeout: 60_000 }).catch(
    (error: unknown) => error as { stdout?: string },
  );
  try {
    return Report.parse(JSON.parse(told.stdout ?? ''));
  } catch {
    return { message: 'no answer that can be read' };
  }
}

test('nothing that is installed with Belay has an advisory that is high or critical', async ({ skip }) => {
  const { vulnerabilities, message } = await audit();
  skip(vulnerabilities === undefined, `could not check: ${message}`);
  const bad = Object.entries(vulnerabilities ?? {}).filter(([, { severity }]) => /high|critical/.test(severity));
  expect(bad.map(([name, { severity }]) => `${name}: ${severity}`)).toEqual([]);
});
