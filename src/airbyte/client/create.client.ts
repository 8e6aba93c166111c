import type { AxiosInstance } from 'axios';
import type { AirbyteSettings } from '../../config/settings.types';
import type { CallerOptions } from './airbyte.caller';
import { AirbyteClient } from './airbyte.client';
import { AxiosTransport } from './transport';

/** A client over the axios instance of `@nestjs/axios` (`HttpService.axiosRef`). */
export function createAirbyteClient(
  settings: AirbyteSettings,
  axios: AxiosInstance,
  options: CallerOptions = {},
): AirbyteClient {
  return new AirbyteClient(settings, new AxiosTransport(settings.apiUrl, axios), options);
}
