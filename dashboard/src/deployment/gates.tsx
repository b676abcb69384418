/** What looked before anything was changed, and what it found. */
import type { DeploymentDetail } from '../../../src/server/api/deployments.ts';
import { Badge } from '../components/badge.tsx';
import { Panel } from '../components/panel.tsx';
import { gateState } from '../states.ts';
import styles from './gates.module.css';

export function Gates({ gates }: { readonly gates: DeploymentDetail['gates'] }) {
  if (gates.length === 0) return null;
  return (
    <Panel title="Gates and checks" flush>
      <ul className={styles['gates']}>
        {gates.map((gate) => (
          <li key={`${gate.check} ${gate.at}`}>
            <p className={styles['head']}>
              <span className={styles['name']}>{gate.check}</span>
              <Badge state={gateState(gate.status)} />
            </p>
            <p className="quiet">{gate.summary}</p>
            {gate.findings.length > 0 && (
              <ul className={styles['findings']}>
                {gate.findings.map((finding) => (
                  <li key={finding}>{finding}</li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
