import { IngestionClient } from '@airbyte-ingestion/client';
import { type Json, jsonOf } from './description';
import { existingIds, type Ids } from './existing-ids';
import { byUse } from './order';
import { fillsIds, isChange, withPresets } from './presets';
import { subtreeOf } from './subtree';
import type { ParametersProps, ResolveSubtree, SwaggerSystem } from './swagger-ui';

/** Correct even behind a proxy that the gateway does not trust. */
const GATEWAY_URL = new URL('..', location.href).href.replace(/\/$/, '');

/** The gateway writes into the page whether its Airbyte is the embedded one, and whether callers must authenticate. */
const isEmbedded = metaOf('airbyte') === 'embedded';
const needsKey = metaOf('sign-in') === 'required';

function metaOf(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content;
}

/** Of the key that the reader has entered; null if there is none, but the gateway needs one. */
function clientOf(system: SwaggerSystem | null): IngestionClient | null {
  const values = Object.values(jsonOf(system?.authSelectors.authorized().toJS()));
  const key = values.map((one) => jsonOf(one)['value']).find((value) => typeof value === 'string');
  if (key === undefined && needsKey) return null;
  return new IngestionClient({ url: GATEWAY_URL, ...(key !== undefined && { key }) });
}

/** Fills in the path parameters that are empty. */
async function fill(system: SwaggerSystem, { pathMethod, parameters }: ParametersProps): Promise<void> {
  const [path, method] = pathMethod;
  const client = clientOf(system);
  if (!client || !fillsIds(path, method, isEmbedded)) return;
  const empty = new Map<string, () => void>();
  let ids: Ids = {};
  for (const parameter of parameters) {
    const name = parameter.get('name');
    const value = system.specSelectors.parameterWithMetaByIdentity(pathMethod, parameter).get('value');
    if (parameter.get('in') !== 'path' || typeof name !== 'string' || (value !== undefined && value !== null))
      continue;
    empty.set(name, () => {
      const id = ids[name];
      if (id !== undefined) system.specActions.changeParamByIdentity(pathMethod, parameter, id, false);
    });
  }
  if (empty.size === 0) return;
  ids = await existingIds(client, [...empty.keys()], isChange(path, method));
  for (const set of empty.values()) set();
}

async function bodyIds(client: IngestionClient | null): Promise<Ids> {
  // The bodies of the description have the ids of the samples.
  if (!client || isEmbedded) return {};
  const found = await Promise.all(
    ['connectionId', 'sourceId', 'destinationId'].map((name) => existingIds(client, [name], false)),
  );
  return Object.assign({}, ...found) as Ids; // made of objects with ids only
}

async function show(): Promise<void> {
  const response = await fetch(`${GATEWAY_URL}/openapi.json`);
  const served: Json = { ...jsonOf(await response.json()), servers: [{ url: GATEWAY_URL }] };
  const presetsPlugin = {
    wrapComponents: {
      parameters: (original: unknown, system: SwaggerSystem) => (props: ParametersProps) =>
        system.React.createElement(original, {
          ...props,
          // A stream has no end, so that Swagger UI would never show an answer.
          ...(props.pathMethod[0].endsWith('/stream') && { allowTryItOut: false }),
          onTryoutClick: () => {
            props.onTryoutClick();
            void fill(system, props);
          },
        }),
    },
    statePlugins: {
      auth: {
        wrapActions: {
          authorize:
            (original: (payload: unknown) => unknown, system: SwaggerSystem) => (payload: unknown) => {
              const action = original(payload);
              void bodyIds(clientOf(system)).then((ids) => {
                system.specActions.updateJsonSpec(withPresets(served, { isEmbedded, ids }));
                system.specActions.invalidateResolvedSubtreeCache();
              });
              return action;
            },
        },
      },
    },
  };
  const resolvePlugin = ({ fn }: SwaggerSystem): object => {
    // Read now, because this plugin replaces it.
    const { resolveSubtree } = fn;
    const ofPart: ResolveSubtree = (description, path, options) =>
      resolveSubtree(subtreeOf(description, path), path, options);
    return { fn: { resolveSubtree: ofPart } };
  };
  SwaggerUIBundle({
    spec: withPresets(served, { isEmbedded, ids: await bodyIds(clientOf(null)) }),
    dom_id: '#swagger-ui',
    deepLinking: true,
    // Opens the list of schemas on request: drawing it again takes most of the time of a click elsewhere.
    defaultModelsExpandDepth: 0,
    tagsSorter: byUse.tags,
    operationsSorter: byUse.operations,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [presetsPlugin, resolvePlugin],
    // Without the bar for the address of another description, which the policy of the page would not let it read.
    layout: 'BaseLayout',
  });
}

void show();
