/** An id in seven characters, copyable whole. */
import { short } from '../format.ts';
import { Copy } from './copy.tsx';

export function ShortId({ id, what }: { readonly id: string; readonly what: string }) {
  return (
    <Copy text={id} what={what}>
      <code>{short(id)}</code>
    </Copy>
  );
}
