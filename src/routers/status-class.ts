/** The class in which an answer is counted. */
import type { BackendStats } from './router.ts';

export type StatusClass = keyof BackendStats['classes'];

export function classOf(status: number): StatusClass {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  if (status >= 300) return '3xx';
  return status >= 200 ? '2xx' : '1xx';
}
