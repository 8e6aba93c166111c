import type { AirbyteSettings } from '../../../config/settings-types';

/**
 * Base of Airbyte's internal API. By default it is beside the public API: `/api/v1` for `/api/public/v1`, as Airbyte's own
 * server and its proxies route it.
 */
export function internalUrlOf({
  apiUrl,
  internalApiUrl,
}: Pick<AirbyteSettings, 'apiUrl' | 'internalApiUrl'>): string {
  if (internalApiUrl !== null) return internalApiUrl;
  const { origin, pathname } = new URL(apiUrl);
  const publicPath = /^(.*\/api)\/public\/v1\/*$/.exec(pathname)?.[1];
  return `${origin}${publicPath ?? '/api'}/v1`;
}
