/** `health.yml`: one check to begin with. */
import { type Choices, yamlText } from './written.ts';

export function healthYaml({ healthPath, platforms: { convex, vercel } }: Choices): string {
  const backend = convex ? '# Functions of the backend that must answer:\n# critical_queries: ["tasks:list"]\n' : '';
  return `# What must be true of a release before it takes traffic, and while it is watched.
# Try it against what is live: belay check
${backend}http:
  - name: ${healthPath === null ? 'front page' : 'health'}
${convex && vercel ? '    target: web\n' : ''}    path: ${yamlText(healthPath ?? '/')}
    expect: { status: 2xx, latency: 2s }
    retries: 2

# Programs that must succeed:
# commands:
#   - name: smoke test
#     run: npm run smoke
`;
}
