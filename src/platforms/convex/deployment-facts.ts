/** What a deployment says of itself: whose it is, and its variables. Their values are never shown. */
import type { ConvexClient } from './client.ts';

export interface DeploymentFacts {
  readonly kind: 'cloud' | 'selfHosted';
  /** Absent where it is self-hosted. */
  readonly deploymentType?: 'dev' | 'prod' | 'preview' | 'custom';
  readonly reference?: string;
  readonly name?: string;
  readonly projectId?: number;
}

/** @throws Problem */
export async function deploymentFacts(client: ConvexClient, signal: AbortSignal): Promise<DeploymentFacts> {
  const response = await client.send('the question what it is', 'GET', '/api/v1/deployment_info', { signal });
  return (await response.json()) as DeploymentFacts;
}

/** Values by name: secrets. @throws Problem */
export async function listVariables(
  client: ConvexClient,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const path = '/api/v1/list_environment_variables';
  const response = await client.send('the list of its variables', 'GET', path, { signal });
  return ((await response.json()) as { readonly environmentVariables: Record<string, string> }).environmentVariables;
}

/** @throws Problem */
export async function setVariables(
  client: ConvexClient,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const changes = Object.entries(values).map(([name, value]) => ({ name, value }));
  if (changes.length === 0) return;
  await client.send('the change of its variables', 'POST', '/api/v1/update_environment_variables', {
    body: { changes },
    signal,
    idempotent: true,
  });
}
