/** Nothing here yet, and the command that changes it. */
import type { ReactNode } from 'react';
import { Command } from './command.tsx';
import styles from './empty.module.css';

export function Empty({ children, next }: { readonly children: ReactNode; readonly next?: string }) {
  return (
    <div className={styles['empty']}>
      <p>{children}</p>
      {next !== undefined && <Command text={next} />}
    </div>
  );
}
