import { json } from '../../support/scripted-upstream';
import { serveConnectors } from '../../support/serve-connectors';
import { ORDERS } from '../answers/calls';
import type { ExampleScenario } from './scenario';

/** Linters take the members of an example for those of the description, so it has no integers and references. */
const FILE_SCHEMA = {
  type: 'object',
  required: ['url'],
  properties: { url: { type: 'string' }, password: { type: 'string', airbyte_secret: true } },
};

/** Requests about sources, destinations and their connectors. */
export const CONNECTOR_EXAMPLES: readonly ExampleScenario[] = [
  { operation: 'listSources', name: 'one', summary: 'One source', method: 'get', path: '/sources' },
  {
    operation: 'listDestinations',
    name: 'one',
    summary: 'One destination',
    method: 'get',
    path: '/destinations',
  },
  {
    operation: 'createSource',
    name: 'one',
    summary: 'A source of the connector file',
    method: 'post',
    path: '/sources',
    request: { name: 'Orders', type: 'file', configuration: { host: 'db.example', pin: 'a-secret' } },
    prepare: serveConnectors,
  },
  {
    operation: 'checkNewSource',
    name: 'one',
    summary: 'Whether the connector could use this',
    method: 'post',
    path: '/sources/check',
    request: { name: 'Orders', type: 'file', configuration: { host: 'db.example' } },
    prepare: serveConnectors,
  },
  {
    operation: 'checkSource',
    name: 'one',
    summary: 'It works',
    method: 'post',
    path: `/sources/${ORDERS.sourceId}/check`,
    prepare: serveConnectors,
  },
  {
    operation: 'getSource',
    name: 'one',
    summary: 'Its secrets are masked',
    method: 'get',
    path: `/sources/${ORDERS.sourceId}`,
    prepare: serveConnectors,
  },
  {
    operation: 'patchSource',
    name: 'rename',
    summary: 'Another name',
    method: 'patch',
    path: `/sources/${ORDERS.sourceId}`,
    request: { name: 'Orders of today' },
    prepare: serveConnectors,
  },
  {
    operation: 'createDestination',
    name: 'one',
    summary: 'A destination of the connector postgres',
    method: 'post',
    path: '/destinations',
    request: { name: 'Orders', type: 'postgres', configuration: { host: 'db.example', pin: 'a-secret' } },
    prepare: serveConnectors,
  },
  {
    operation: 'checkNewDestination',
    name: 'one',
    summary: 'Whether the connector could use this',
    method: 'post',
    path: '/destinations/check',
    request: { name: 'Orders', type: 'postgres', configuration: { host: 'db.example' } },
    prepare: serveConnectors,
  },
  {
    operation: 'checkDestination',
    name: 'one',
    summary: 'It works',
    method: 'post',
    path: `/destinations/${ORDERS.destinationId}/check`,
    prepare: serveConnectors,
  },
  {
    operation: 'getDestination',
    name: 'one',
    summary: 'Its secrets are masked',
    method: 'get',
    path: `/destinations/${ORDERS.destinationId}`,
    prepare: serveConnectors,
  },
  {
    operation: 'patchDestination',
    name: 'rename',
    summary: 'Another name',
    method: 'patch',
    path: `/destinations/${ORDERS.destinationId}`,
    request: { name: 'Orders of today' },
    prepare: serveConnectors,
  },
  {
    operation: 'listConnectorDefinitions',
    name: 'one',
    summary: 'The connectors of sources',
    method: 'get',
    path: '/connector-definitions?kind=source',
    prepare: (upstream) => {
      upstream.on('internal source_definition_specifications/get', () =>
        json(200, { connectionSpecification: FILE_SCHEMA, jobInfo: {} }),
      );
    },
  },
];
