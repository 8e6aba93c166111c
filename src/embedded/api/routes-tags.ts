import { randomUUID } from 'node:crypto';
import { isObject, stringAt, type JsonObject } from '../platform/json';
import type { Tag, TagStore } from '../store/tags';
import { frameworkError, problem, unknownId, unprocessable } from './errors';
import { requiredString, workspaceIdsOf } from './input';
import type { ApiRequest, Route } from './router';

/** Airbyte's limits. */
const MAX_NAME_CHARACTERS = 30;
const MAX_TAGS = 100;
const MAX_TAGS_OF_CONNECTION = 10;

/** Dependencies of the operations on tags. */
export interface TagRoutesOptions {
  readonly tags: TagStore;
  readonly hasWorkspace: (id: string) => boolean;
}

/** List, create, get, patch and delete. */
export function tagRoutes(options: TagRoutesOptions): Route[] {
  const { tags } = options;
  const found = ({ params }: Pick<ApiRequest, 'params'>): Tag => {
    const tag = tags.find(params['id'] ?? '');
    if (tag === null) throw unknownId('TAG', params['id'] ?? '');
    return tag;
  };
  return [
    {
      method: 'GET',
      path: '/tags',
      handle: ({ query }) => ({
        status: 200,
        body: { data: tags.list(workspaceIdsOf(query)).map(tagBody) },
      }),
    },
    {
      method: 'POST',
      path: '/tags',
      handle: (request) => ({ status: 200, body: tagBody(createTag(options, request)) }),
    },
    {
      method: 'GET',
      path: '/tags/:id',
      handle: (request) => ({ status: 200, body: tagBody(found(request)) }),
    },
    {
      method: 'PATCH',
      path: '/tags/:id',
      handle: (request) => {
        const tag = { ...found(request), ...nameAndColor(request) };
        refuseSecond(tags, tag);
        tags.save(tag);
        return { status: 200, body: tagBody(tag) };
      },
    },
    {
      method: 'DELETE',
      path: '/tags/:id',
      handle: (request) => {
        tags.delete(found(request).id);
        return { status: 204 };
      },
    },
  ];
}

function createTag({ tags, hasWorkspace }: TagRoutesOptions, request: ApiRequest): Tag {
  const workspaceId = requiredString(request, 'workspaceId');
  if (!hasWorkspace(workspaceId)) throw unknownId('WORKSPACE', workspaceId);
  const tag = { id: randomUUID(), workspaceId, ...nameAndColor(request) };
  refuseSecond(tags, tag);
  if (tags.list([workspaceId]).length >= MAX_TAGS)
    throw unprocessable(`A workspace has at most ${MAX_TAGS} tags.`);
  tags.save(tag);
  return tag;
}

function nameAndColor(request: ApiRequest): Pick<Tag, 'name' | 'color'> {
  const name = requiredString(request, 'name');
  if (name.length > MAX_NAME_CHARACTERS)
    throw unprocessable(`The name of a tag has at most ${MAX_NAME_CHARACTERS} characters.`);
  return { name, color: requiredString(request, 'color') };
}

function refuseSecond(tags: TagStore, { id, workspaceId, name }: Tag): void {
  if (tags.list([workspaceId]).some((other) => other.name === name && other.id !== id))
    throw problem('state-conflict', { message: 'Tag with same name already exists' });
}

/**
 * The ids of the tags in the body of a connection; null if it has no member `tags`.
 * @throws ApiError 400 for another shape or too many, 404 for a tag that the workspace does not have
 */
export function tagIdsOf(
  tags: TagStore,
  { body, path }: ApiRequest,
  workspaceId: string,
): readonly string[] | null {
  const sent = body['tags'];
  if (sent === undefined || sent === null) return null;
  if (!Array.isArray(sent) || sent.length > MAX_TAGS_OF_CONNECTION)
    throw frameworkError(
      400,
      'Bad Request',
      path,
      `tags must be a list of at most ${MAX_TAGS_OF_CONNECTION} tags`,
    );
  return sent.map((tag: unknown) => {
    const id = isObject(tag) ? stringAt(tag, 'tagId') : undefined;
    if (id === undefined)
      throw frameworkError(400, 'Bad Request', path, 'Required property tagId of a tag is missing');
    if (tags.find(id)?.workspaceId !== workspaceId) throw unknownId('TAG', id);
    return id;
  });
}

/** A tag in a response. */
export function tagBody({ id, workspaceId, name, color }: Tag): JsonObject {
  return { tagId: id, name, color, workspaceId };
}
