/** The targets of an application on Convex and Vercel, as they are written in either kind of configuration. */
import type { Choices } from './written.ts';
import { yamlText } from './written.ts';

/** Lines of YAML at the indentation of targets; `#` says what a person needs to know. */
export function platformYaml({ platforms: { convex, vercel }, install, healthPath, middleware }: Choices): string[] {
  return [
    ...(convex
      ? [
          '      backend:',
          '        type: convex   # functions, schema and documents; goes live before the site is checked',
          '        deployKey: { secret: CONVEX_DEPLOY_KEY }   # dashboard of Convex > Settings > Deploy keys',
          ...(install === null ? [] : [`        install: ${yamlText(install)}`]),
          '        # Snapshots are tried out there before they are needed; its documents are lost:',
          '        # data: { scratch: { deployKey: { secret: CONVEX_SCRATCH_KEY } } }',
        ]
      : []),
    ...(vercel
      ? [
          '      web:',
          '        type: vercel',
          `        project: ${yamlText(vercel.project)}`,
          ...(vercel.team === null
            ? ['        # team: my-team   # where the project belongs to one']
            : [`        team: ${yamlText(vercel.team)}`]),
          '        token: { secret: VERCEL_TOKEN }   # vercel.com > Account settings > Tokens',
          `        probe: { path: ${yamlText(healthPath ?? '/')} }`,
          '        # Where deployments ask for a login (Deployment Protection):',
          '        # bypass: { secret: VERCEL_AUTOMATION_BYPASS_SECRET }',
          ...(middleware
            ? [
                '        # The shares of a canary, which middleware.ts reads (package @vercel/edge-config, variable EDGE_CONFIG):',
                '        # edgeConfig: { id: ecfg_of_yours }',
              ]
            : []),
        ]
      : []),
  ];
}

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export function platformTs({ platforms: { convex, vercel }, install, healthPath }: Choices): string[] {
  return [
    ...(convex
      ? [
          '        backend: convex({',
          `          deployKey: secret('CONVEX_DEPLOY_KEY'), // dashboard of Convex > Settings > Deploy keys`,
          ...(install === null ? [] : [`          install: ${text(install)},`]),
          '        }),',
        ]
      : []),
    ...(vercel
      ? [
          '        web: vercel({',
          `          project: ${text(vercel.project)},`,
          ...(vercel.team === null ? [] : [`          team: ${text(vercel.team)},`]),
          `          token: secret('VERCEL_TOKEN'), // vercel.com > Account settings > Tokens`,
          `          probe: { path: ${text(healthPath ?? '/')} },`,
          '        }),',
        ]
      : []),
  ];
}
