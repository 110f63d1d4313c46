import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Command, DirectorSettings, Timeouts } from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import { ConfigurationFileSchema } from './checks.ts';
import type { DirectorService } from './director-service.ts';
import { problemOf, problemOfError, problemType } from './problem.ts';
import {
  CommandsSchema,
  SettingsSchema,
  ShutdownSchema,
  TimeoutsSchema,
  type Commands,
} from './schemas.ts';
import { validatorOf } from './validator.ts';

/** Ten thousand commands, the most that one request may hold, take a fifth of that. */
const bodyLimitBytes = 16 * 2 ** 20;

/** In place of fastify's own, whose making takes longer than all the rest of the daemon's start. */
const compilers = {
  buildValidator: () => validatorOf as never,
  buildSerializer: () => () => JSON.stringify,
};

/** The API over one director. The caller listens, and closes it before the director ends. */
export function createServer(
  service: DirectorService,
  logger?: FastifyBaseLogger,
): FastifyInstance {
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    schemaController: { compilersFactory: compilers },
    ...(logger === undefined
      ? {}
      : {
          loggerInstance: logger,
          logController: new LogController({ disableRequestLogging: true }),
        }),
  });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOfError(error);
    if (problem.status >= 500) request.log.error(error);
    return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
  });
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type(problemType)
      .send(
        JSON.stringify({
          ...problemOf('E_INVALID', `There is no ${request.method} ${request.url}`),
          status: 404,
        }),
      ),
  );
  addReadingRoutes(server, service);
  addWritingRoutes(server, service);
  return server;
}

function addReadingRoutes(server: FastifyInstance, service: DirectorService): void {
  server.get('/v1/services', () => ({ services: service.list() }));
  server.get('/v1/connections', () => ({ connections: [...service.connections()] }));
  server.get('/v1/timeouts', () => service.timeouts());
  server.get('/v1/settings', () => service.settings());
  server.get('/v1/mark-rules', () => ({ rules: service.markRules() }));
  server.get('/v1/synchronisation', () => ({ daemons: service.synchronisation() }));
  server.get('/v1/synchronisation/status', () => service.synchronisationStatus());
  server.get('/v1/status', () => service.status());
  server.get('/v1/checks', () => service.checks());
  server.get('/v1/virtual-routers', () => service.virtualRouters());
}

function addWritingRoutes(server: FastifyInstance, service: DirectorService): void {
  server.post<{ Body: Commands }>(
    '/v1/commands',
    { schema: { body: CommandsSchema } },
    async ({ body }) => {
      await service.prepare(body.commands);
      return { results: service.execute(body.commands) };
    },
  );
  server.put<{ Body: Timeouts }>(
    '/v1/timeouts',
    { schema: { body: TimeoutsSchema } },
    async ({ body }) => {
      await carryOut(service, { kind: 'setTimeouts', timeouts: body });
      return service.timeouts();
    },
  );
  server.patch<{ Body: Partial<DirectorSettings> }>(
    '/v1/settings',
    { schema: { body: SettingsSchema } },
    async ({ body }) => {
      await carryOut(service, { kind: 'changeSettings', settings: body });
      return service.settings();
    },
  );
  server.put<{ Body: { file: string } }>(
    '/v1/configuration',
    { schema: { body: ConfigurationFileSchema } },
    async ({ body }) => ({ steps: await service.apply(body.file) }),
  );
  server.post<{ Body: { file: string } }>(
    '/v1/configuration/plan',
    { schema: { body: ConfigurationFileSchema } },
    async ({ body }) => ({ steps: await service.plan(body.file) }),
  );
  server.post<{ Body: { destroy: boolean } }>(
    '/v1/shutdown',
    { schema: { body: ShutdownSchema } },
    async ({ body }, reply) => {
      await reply.code(202).send({});
      service.shutdown(body.destroy);
    },
  );
}

/** Throws if the command is refused. */
async function carryOut(service: DirectorService, command: Command): Promise<void> {
  await service.prepare([command]);
  const [result] = service.execute([command]);
  if (result?.ok === false) throw refusal(result);
}

const refusal = ({ code, message, hint }: Refusal): EvsError =>
  new EvsError(code, message, hint === undefined ? {} : { hint });
type Refusal = Extract<ReturnType<DirectorService['execute']>[number], { ok: false }>;
