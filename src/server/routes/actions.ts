/** Changing: going back, asking a deployment, delivering again. */
import { askDeployment } from '../actions/request.ts';
import { previewFor, startRollback } from '../actions/roll-back.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import type { Handlers } from '../router.ts';

type Acts = 'deploymentRequest' | 'rollbackPreview' | 'rollback' | 'channels' | 'channelRetry';

export function actionRoutes(parts: ServerParts): Pick<Handlers, Acts> {
  return {
    deploymentRequest: ({ param, body, who }) => askDeployment(parts, param('id'), body, who),
    rollbackPreview: ({ param, query }) => previewFor(parts, param('name'), query),
    rollback: ({ param, body, who }) => startRollback(parts, param('name'), body, who),
    channels: async () => (await parts.channels?.read()) ?? { channels: [] },
    async channelRetry({ param }) {
      if (!parts.channels) {
        throw new Refusal(404, 'CHANNEL_UNKNOWN', `There is no channel ${param('name')}`, {
          next: 'belay notify list',
        });
      }
      await parts.channels.retry(param('name'));
      return parts.channels.read();
    },
  };
}
