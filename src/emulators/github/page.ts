/** A page of a list, with the `Link` header that leads to the others. */
import type { EmulatorReply, EmulatorRequest } from '../http/request.ts';

const DEFAULT_SIZE = 30;
const MAX_SIZE = 100;

/** `per_page` and `page` from the query; `shape` puts the rows into the answer. */
export function paged<T>(
  url: string,
  request: EmulatorRequest,
  rows: readonly T[],
  shape: (page: readonly T[], total: number) => unknown = (page) => page,
): EmulatorReply {
  const size = Math.min(Number(request.query.get('per_page')) || DEFAULT_SIZE, MAX_SIZE);
  const page = Math.max(1, Number(request.query.get('page')) || 1);
  const last = Math.max(1, Math.ceil(rows.length / size));
  const link = (number: number, rel: string) => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(number));
    return `<${url}${request.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
  ];
  const json = shape(rows.slice((page - 1) * size, page * size), rows.length);
  return links.length === 0 ? { json } : { json, headers: { link: links.join(', ') } };
}
