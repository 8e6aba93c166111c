import { Observable } from './observable';

/** A view of the page, as the fragment of the address has it. */
export type View =
  | { readonly name: 'list' }
  | { readonly name: 'ingestion'; readonly id: string }
  | { readonly name: 'connect' }
  | { readonly name: 'webhooks' }
  | { readonly name: 'operator' };

function viewOf(hash: string): View {
  const [, name, id = ''] = hash.replace(/\?.*$/, '').split('/');
  if (name === 'ingestion' && id !== '') return { name, id: decoded(id) };
  if (name === 'connect' || name === 'webhooks' || name === 'operator') return { name };
  return { name: 'list' };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id; // not encoded: the gateway answers that there is no such ingestion
  }
}

export const view = new Observable<View>(viewOf(location.hash));

window.addEventListener('hashchange', () => {
  view.value = viewOf(location.hash);
});

export const linkTo = {
  list: '#/',
  connect: '#/connect',
  webhooks: '#/webhooks',
  operator: '#/operator',
  ingestion: (id: string): string => `#/ingestion/${encodeURIComponent(id)}`,
};
