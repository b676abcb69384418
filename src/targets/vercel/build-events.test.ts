import { expect, test } from 'vitest';
import { logLines, parseEvents } from './build-events.ts';

const line = (type: string, text: string) => ({ type, created: 1, payload: { id: '1', text } });

test('an array and a line each are the same events, and half a line is left for later', () => {
  const events = [line('stdout', 'compiling'), line('stderr', 'oh')];
  const lines = events.map((event) => JSON.stringify(event)).join('\n');
  expect(parseEvents(JSON.stringify(events))).toEqual(events);
  expect(parseEvents(`${lines}\n{"type":"std`)).toEqual(events);
  expect(parseEvents('')).toEqual([]);
});

test('only what was printed is told, line by line', () => {
  const events = [line('deployment-state', 'READY'), line('command', 'Running "build"'), line('stdout', 'a \n\nb\n')];
  expect(logLines(events)).toEqual(['Running "build"', 'a', 'b']);
});
