/** Why going back would be refused, and what answers it. */
import type { RollbackPreview } from '../../../src/server/api/rollback.ts';
import { Command } from '../components/command.tsx';
import { Shape } from '../components/shape.tsx';
import styles from './objections.module.css';

export function Objections({ objections }: { readonly objections: RollbackPreview['objections'] }) {
  if (objections.length === 0) return null;
  return (
    <div className={styles['objections']} role="alert">
      <Shape name="bar" tone="grey-red" />
      <div>
        <p>
          <strong>This would be refused.</strong>
        </p>
        <ul>
          {objections.map((objection) => (
            <li key={objection.what}>
              {objection.what} <Command text={objection.next} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
