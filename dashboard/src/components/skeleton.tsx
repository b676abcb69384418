/** Grey lines as tall as what is being loaded, so that nothing jumps when it comes. */
import styles from './skeleton.module.css';

export function Skeleton({ rows, height = 40 }: { readonly rows: number; readonly height?: number }) {
  return (
    <div role="status" className={styles['skeleton']}>
      <span className="unseen">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} style={{ height }}>
          <span style={{ width: `${40 + ((row * 37) % 50)}%` }} />
        </div>
      ))}
    </div>
  );
}
