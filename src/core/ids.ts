/** Names that people read, type and paste: short, and unique by chance. */
import type { Runtime } from './runtime.ts';

/** `d-` and eight characters of a fresh id. */
export function newDeploymentId(runtime: Pick<Runtime, 'newId'>): string {
  return `d-${runtime.newId().slice(-8)}`;
}
