import { expect, test } from 'vitest';
import { shellLine } from './launch.ts';

test('a plain command takes the place of its shell; one with operators or assignments keeps it', () => {
  expect(shellLine('node server.js --port "$PORT"')).toBe('exec node server.js --port "$PORT"');
  for (const command of [
    'cd web && node x',
    'NODE_ENV=production node x',
    'node x | tee log',
    '. ./env.sh; node x',
    'export A=1',
  ]) {
    expect(shellLine(command)).toBe(command);
  }
});
