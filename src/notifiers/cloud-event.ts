/** A message as a CloudEvent 1.0 in structured JSON, its type and data after CDEvents where those have a word for it. */
import type { Message, News } from './notifier.ts';
import { wordsOf } from './wording.ts';

/** The version of the CDEvents specification that the types and subjects are taken from. */
export const CDEVENTS_VERSION = '0.5.0';

type Subject = 'pipelineRun' | 'service' | 'incident';

/** Subject, predicate and version of the event in CDEvents; null where they have none. */
const TYPES: Readonly<Record<News, readonly [Subject, string, string] | null>> = {
  started: ['pipelineRun', 'started', '0.3.0'],
  resumed: null,
  succeeded: ['service', 'deployed', '0.3.0'],
  failed: ['pipelineRun', 'finished', '0.3.0'],
  'rolled-back': ['service', 'rolledback', '0.3.0'],
  refused: ['pipelineRun', 'finished', '0.3.0'],
  paused: null,
  stuck: ['incident', 'detected', '0.3.0'],
  settled: ['incident', 'resolved', '0.3.0'],
  'lock-taken': null,
  'schema-mismatch': ['incident', 'detected', '0.3.0'],
  drift: ['incident', 'detected', '0.3.0'],
  alert: null,
  'trigger-fired': ['incident', 'detected', '0.3.0'],
  'check-failing': ['incident', 'detected', '0.3.0'],
  'check-recovered': ['incident', 'resolved', '0.3.0'],
  regression: ['incident', 'detected', '0.3.0'],
  test: null,
};

/** `dev.cdevents.service.deployed.0.3.0`, or `dev.belay.lock-taken.1` where CDEvents have no word. */
export function typeOf(news: News): string {
  const known = TYPES[news];
  return known ? `dev.cdevents.${known.join('.').toLowerCase()}` : `dev.belay.${news}.1`;
}

/** The body of a webhook. Sent again, the same message gives the same text. */
export function cloudEvent(message: Message): string {
  const { id, app, environment, news, at, deployment } = message;
  const source = `/belay/${app}/${environment}`;
  const subject = deployment ?? environment;
  const type = typeOf(news);
  const data = TYPES[news] ? cdEvent(message, source, type) : withHeadline(message);
  return JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time: at,
    datacontenttype: 'application/json',
    data,
  });
}

const withHeadline = (message: Message) => ({ ...message, headline: wordsOf(message).headline });

function cdEvent(message: Message, source: string, type: string): object {
  const { id, at, deployment, environment } = message;
  const [subject] = TYPES[message.news] ?? ['pipelineRun'];
  const subjectId = subject === 'service' ? message.app : (deployment ?? environment);
  return {
    context: { specversion: CDEVENTS_VERSION, id, source, type, timestamp: at },
    subject: { id: subjectId, source, content: contentOf(subject, message) },
    customData: withHeadline(message),
    customDataContentType: 'application/json',
  };
}

function contentOf(subject: Subject, message: Message): object {
  const { environment, app, code, news, text, failure, link } = message;
  const where = { id: environment };
  const artifactId = `pkg:generic/${app}@${code?.source.commit ?? 'unknown'}`;
  switch (subject) {
    case 'service':
      return { environment: where, artifactId };
    case 'incident':
      return { description: text, environment: where, service: { id: app }, ...(code ? { artifactId } : {}) };
    case 'pipelineRun':
      return {
        pipelineName: `deploy ${app} to ${environment}`,
        uri: link ?? `belay:${message.deployment ?? message.id}`,
        ...(news === 'started' ? {} : { outcome: news === 'refused' ? 'error' : 'failure' }),
        ...(news === 'started' ? {} : { errors: failure ? `${failure.step}: ${failure.error}` : text }),
      };
  }
}
