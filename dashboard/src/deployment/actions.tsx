/** What can be asked of a deployment now, as the server allows: each asks for the reason, which goes into the record. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { DeploymentDetail, HolderRequestBody } from '../../../src/server/api/deployments.ts';
import { post } from '../api.ts';
import { announce } from '../components/announcer.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { ReasonField } from '../components/reason-field.tsx';

type Request = HolderRequestBody['kind'];

interface Words {
  readonly button: string;
  readonly title: (name: string) => string;
  readonly what: string;
}

const WORDS: Readonly<Record<Request, Words>> = {
  abort: {
    button: 'Abort',
    title: (name) => `Abort and go back: ${name}`,
    what: 'What was done is undone in reverse; every target returns to the release that it had.',
  },
  pause: {
    button: 'Pause',
    title: (name) => `Pause ${name}`,
    what: 'It stops before its next step. The traffic stays as it is, and the lock is kept.',
  },
  resume: {
    button: 'Resume',
    title: (name) => `Resume ${name}`,
    what: 'It goes on where it stopped.',
  },
  advance: {
    button: 'Next stage',
    title: (name) => `Next stage of ${name}`,
    what: 'The canary takes its next share of the traffic without waiting for more evidence.',
  },
  promote: {
    button: 'Promote',
    title: (name) => `Promote ${name} to all traffic`,
    what: 'The canary takes all traffic now, without the stages and the evidence that are left.',
  },
};

export function Actions({ detail }: { readonly detail: DeploymentDetail }) {
  const [asked, setAsked] = useState<Request | null>(null);
  const [path] = useLocation();
  const { summary, may } = detail;
  if (may.length === 0) return null;
  return (
    <>
      {may.map((kind) =>
        kind === 'rollback' ? (
          <ButtonLink key={kind} href={`${path}?rollback=${encodeURIComponent(summary.environment)}`}>
            {`Roll back ${summary.environment}`}
          </ButtonLink>
        ) : (
          <Button key={kind} look={kind === 'promote' ? 'main' : 'plain'} onClick={() => setAsked(kind)}>
            {WORDS[kind].button}
          </Button>
        ),
      )}
      {asked !== null && <RequestDialog kind={asked} detail={detail} onClose={() => setAsked(null)} />}
    </>
  );
}

interface RequestDialogProps {
  readonly kind: Request;
  readonly detail: DeploymentDetail;
  readonly onClose: () => void;
}

function RequestDialog({ kind, detail: { summary }, onClose }: RequestDialogProps) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const words = WORDS[kind];
  const send = useMutation({
    mutationFn: () => post(`/deployments/${encodeURIComponent(summary.id)}/requests`, { kind, reason: reason.trim() }),
    onSuccess: () => {
      announce(`Asked to ${kind} ${summary.commit.short}`);
      void client.invalidateQueries({ queryKey: ['deployment', summary.id] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  const unready = reason.trim() === '' || send.isPending;
  const foot = (
    <>
      <Button onClick={onClose}>Leave it</Button>
      <Button type="submit" form="request" look={kind === 'abort' ? 'danger' : 'main'} disabled={unready}>
        {words.button}
      </Button>
    </>
  );
  return (
    <Dialog title={words.title(`${summary.commit.short} in ${summary.environment}`)} onClose={onClose} foot={foot}>
      <form id="request" onSubmit={submit}>
        <p>{words.what}</p>
        <ReasonField value={reason} onChange={setReason} />
        {send.error !== null && <Failure error={send.error} />}
      </form>
    </Dialog>
  );
}
