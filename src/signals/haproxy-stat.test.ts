/** HAProxy's CSV: columns by name, quoted texts, what counts as an error. */
import { expect, test } from 'vitest';
import { findRow, parseStat, processOf, totalsOf } from './haproxy-stat.ts';

const CSV = `# pxname,svname,econ,eresp,last_chk,type,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,
shop,canary,4,2,"L7OK, ""fine"", 200",2,0,10,1,2,3,0,
shop,BACKEND,4,2,,1,0,10,1,2,9,0,
raw,BACKEND,0,0,,1,,,,,,,
`;

test('a server: what it answered, and on top what never came back from it', () => {
  const row = findRow(parseStat(CSV), { backend: 'shop', server: 'canary' });
  expect(row && totalsOf(row)).toEqual({ requests: 22, bad: 9 });
});

test('a backend: lost requests are among the 5xx already', () => {
  const row = findRow(parseStat(CSV), { backend: 'shop', server: null });
  expect(row && totalsOf(row)).toEqual({ requests: 22, bad: 9 });
});

test('mode tcp counts no requests', () => {
  const row = findRow(parseStat(CSV), { backend: 'raw', server: null });
  expect(row && totalsOf(row)).toBeNull();
});

test('a page that is no CSV has no rows', () => {
  expect(parseStat('<html>')).toEqual([]);
});

test('the process is known by its id and start', () => {
  expect(processOf('Name: HAProxy\nPid: 42\nStart_time_sec: 1795264004\n')).toBe('42 1795264004');
});
