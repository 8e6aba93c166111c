import { UnexpectedAnswerError } from './errors.js';
import type { Called } from './types.js';

export async function* everyPage<T>(
  ask: (page: { pageToken?: string }) => Called<{ data: T[]; nextPageToken: string | null }>,
): AsyncGenerator<T, void> {
  for (let pageToken: string | undefined; ;) {
    const { data: page, response } = await ask(pageToken === undefined ? {} : { pageToken }).withResponse();
    // A repeated token would cause an endless loop.
    if (page.nextPageToken !== null && page.nextPageToken === pageToken)
      throw new UnexpectedAnswerError(response.status, '', null, 'its nextPageToken is that of the request');
    yield* page.data;
    if (page.nextPageToken === null) return;
    pageToken = page.nextPageToken;
  }
}
