/** Protected data whose snapshots are kept for a time. */
import type { ProtectedData } from './database.ts';

/** @param expireMs null: they are kept until somebody prunes them. `data` itself is given the time: some are classes */
export function expiring(data: ProtectedData, expireMs: number | null): ProtectedData {
  return expireMs === null ? data : Object.assign(data, { expireMs });
}
