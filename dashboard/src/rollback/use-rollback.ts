/** The state of a rollback that is being considered: what is previewed, what was agreed to, and the way to begin it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RollbackBody, RollbackPreview } from '../../../src/server/api/rollback.ts';
import { post } from '../api.ts';
import { announce } from '../components/announcer.ts';
import { rollbackQuery } from '../queries.ts';
import type { DataWish } from './data-choice.tsx';

interface Started {
  /** Null: what was asked for is live already. */
  readonly deployment: string | null;
}

/** What the person has agreed to, about the release and the data that they saw; null while something is missing. */
function bodyOf(preview: RollbackPreview | undefined, reason: string, wish: DataWish): RollbackBody | null {
  if (!preview?.to || preview.objections.length > 0 || reason.trim() === '' || !wish.agreed) return null;
  const from = preview.from?.release ?? null;
  return { to: preview.to.release, from, reason: reason.trim(), data: wish.data, loseWrites: wish.loseWrites };
}

/** Begins it, and goes to the page where it can be watched. */
function useStart(environment: string, onClose: () => void) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (body: RollbackBody) =>
      post<Started>(`/environments/${encodeURIComponent(environment)}/rollback`, body),
    onSuccess: ({ deployment }) => {
      void client.invalidateQueries({ queryKey: ['overview'] });
      announce(deployment === null ? 'This release is live already' : `The rollback of ${environment} has begun`);
      if (deployment === null) onClose();
      else navigate(`/deployments/${encodeURIComponent(deployment)}`);
    },
  });
}

export function useRollback(environment: string, to: string | null, onClose: () => void) {
  const [reason, setReason] = useState('');
  const [wish, setWish] = useState<DataWish>({ data: 'ask', loseWrites: 0, agreed: true });
  const query = useQuery({ ...rollbackQuery(environment, to, wish.data), placeholderData: (before) => before });
  const start = useStart(environment, onClose);
  const body = bodyOf(query.isPlaceholderData ? undefined : query.data, reason, wish);
  return {
    query,
    reason,
    setReason,
    wish,
    setWish,
    error: start.error,
    starting: start.isPending,
    ready: body !== null && !start.isPending,
    begin: () => {
      if (body !== null && !start.isPending) start.mutate(body);
    },
    /** After a refusal: what is live may be another release by now. */
    lookAgain: () => {
      start.reset();
      void query.refetch();
    },
  };
}
