/** What the component exposes to an application, for projects whose Convex is set to import it instead of generating it. */
import type { FunctionReference } from 'convex/server';

export interface LogRow {
  readonly timestamp: number;
  readonly environment: string;
  readonly deployedBy: string;
  readonly schemaVersion: string | null;
  readonly convexDeploymentId: string | null;
  readonly vercelDeploymentId: string | null;
  readonly commitSha: string;
  readonly status: 'success' | 'failed' | 'rolled back';
}

export type ComponentApi<Name extends string | undefined = string | undefined> = {
  readonly log: {
    readonly list: FunctionReference<
      'query',
      'internal',
      { readonly environment?: string; readonly limit?: number },
      LogRow[],
      Name
    >;
  };
};
