/** Exports and imports over HTTP. */
import { z } from 'zod';
import type { EmulatorReply, EmulatorRequest } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import { demandKey, shownKey } from './access.ts';
import type { Deployment } from './deployment.ts';
import { cancelExport, downloadExport, requestExport, setExpiration } from './exports.ts';
import { cancelImport, FinishUpload, finishUpload, performImport, startUpload, uploadPart } from './imports.ts';

const ById = z.object({ importId: z.string() });
const Expiration = z.object({ expirationTsNs: z.union([z.number(), z.string()]) });

export function snapshotRoutes(deployment: Deployment): Routes {
  const admin =
    (answer: Handler): Handler =>
    (request) => {
      demandKey(deployment, shownKey(request.headers));
      return answer(request);
    };
  return {
    'POST /api/export/request/zip': admin(({ query }) => {
      const includeStorage = query.get('includeStorage') === 'true';
      requestExport(deployment, { includeStorage, component: query.get('component') });
      return {};
    }),
    'GET /api/export/zip/:key': admin(({ params }) => downloadExport(deployment, params['key'] ?? '')),
    'POST /api/export/set_expiration/:id': admin(async (request) => {
      const { expirationTsNs } = Expiration.parse(await request.json());
      setExpiration(deployment, request.params['id'] ?? '', expirationTsNs);
      return {};
    }),
    'POST /api/export/cancel/:id': admin(({ params }) => {
      cancelExport(deployment, params['id'] ?? '');
      return {};
    }),
    'POST /api/import/start_upload': admin(() => ({ json: { uploadToken: startUpload(deployment) } })),
    'POST /api/import/upload_part': admin((request) => part(deployment, request)),
    'POST /api/import/finish_upload': admin(async (request) => ({
      json: { importId: finishUpload(deployment, FinishUpload.parse(await request.json())) },
    })),
    'POST /api/perform_import': admin(async (request) => {
      performImport(deployment, ById.parse(await request.json()).importId);
      return {};
    }),
    'POST /api/cancel_import': admin(async (request) => {
      cancelImport(deployment, ById.parse(await request.json()).importId);
      return {};
    }),
  };
}

async function part(deployment: Deployment, request: EmulatorRequest): Promise<EmulatorReply> {
  const token = request.query.get('uploadToken') ?? '';
  return { json: uploadPart(deployment, token, Number(request.query.get('partNumber')), await request.bytes()) };
}
