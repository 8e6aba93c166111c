import { CLIENT_OPERATIONS, notShown, shownBy } from './coverage';
import { Description } from './description';
import type { Json } from './json';
import { type Exchange, judge } from './judge';
import { mendReferences } from './references';
import { report } from './report';

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } });

/** A description of an API with things, one of whose references leads nowhere. */
const DOCUMENT = {
  paths: {
    '/things': {
      get: {
        operationId: 'listThings',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
          {
            name: 'owners',
            in: 'query',
            required: true,
            schema: { type: 'array', items: { format: 'uuid', type: 'string' } },
          },
        ],
        responses: { '200': json({ type: 'array', items: ref('Thing') }) },
      },
      post: {
        operationId: 'createThing',
        requestBody: json(ref('Thing')),
        responses: { '200': json(ref('Thing')) },
      },
    },
    '/things/{number}': {
      parameters: [{ name: 'number', in: 'path', schema: { type: 'integer' } }],
      delete: { operationId: 'deleteThing', responses: { '204': {} } },
      get: { operationId: 'getThing', responses: { '404': { $ref: '#/components/responses/Nowhere' } } },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['name', 'with_dash'],
        properties: {
          name: { type: 'string' },
          'with-dash': { type: 'string' },
          default: ref('Kind'),
          id: { type: 'string', format: 'uuid' },
        },
      },
      Kind: { type: 'string', enum: ['big', 'small'] },
    },
  },
};
const MENDS = { '#/components/responses/Nowhere': { description: 'not there' } };
const description = new Description(DOCUMENT, MENDS);

function faults(of: Partial<Exchange> & { search?: string }): readonly string[] {
  const { search = '', ...rest } = of;
  return judge(description, {
    method: 'POST',
    path: '/things',
    query: new URLSearchParams(search),
    requestType: 'application/json',
    requestBody: '{"name":"a","with_dash":""}',
    status: 404,
    answerType: 'application/json',
    answerBody: '{"name":"a","with_dash":""}',
    ...rest,
  }).faults;
}

describe('a request is a fault', () => {
  it('never when it is as described, whatever the form of its ids', () => {
    expect(faults({ requestBody: '{"name":"a","with_dash":"","default":"big","id":"no-uuid"}' })).toEqual([]);
    expect(faults({ method: 'GET', requestBody: '', search: 'limit=2&owners=a,b&owners=c' })).toEqual([]);
  });

  it.each([
    ['for an operation that is not described', { method: 'PUT' }, 'no such operation'],
    ['for a path of which only the beginning is described', { path: '/things/1/parts' }, 'no such operation'],
    ['for a member that nobody described', { requestBody: '{"name":"a","with_dash":"","nmae":1}' }, 'nmae'],
    ['for a member that is missing', { requestBody: '{"name":"a"}' }, 'with_dash'],
    [
      'for a value outside an enumeration',
      { requestBody: '{"name":"a","with_dash":"","default":"huge"}' },
      'big',
    ],
    ['for a null', { requestBody: '{"name":null,"with_dash":""}' }, '/name must be string'],
    ['without its body', { requestBody: '' }, 'body is missing'],
    ['with a body that is no JSON', { requestBody: '{' }, 'no JSON'],
    ['with a body of another type', { requestType: 'text/plain' }, 'text/plain'],
    ['with a body where none is described', { method: 'DELETE', path: '/things/1' }, 'none is described'],
    [
      'for a parameter that nobody described',
      { method: 'GET', requestBody: '', search: 'owners=a&limti=1' },
      'limti',
    ],
    [
      'for a parameter out of its bounds',
      { method: 'GET', requestBody: '', search: 'owners=a&limit=101' },
      '100',
    ],
    ['without a parameter that is required', { method: 'GET', requestBody: '' }, 'owners is missing'],
    [
      'for a number in the path that is none',
      { method: 'DELETE', path: '/things/x', requestBody: '' },
      'number',
    ],
  ])('%s', (_rule, exchange, words) => {
    expect(faults(exchange).join('\n')).toContain(words);
  });
});

describe('an answer is a fault', () => {
  it('only when it is a success', () => {
    expect(faults({ status: 200 })).toEqual([]);
    expect(faults({ status: 500, answerType: 'text/html', answerBody: '<html>' })).toEqual([]);
  });

  it.each([
    ['for a status that is not described', { status: 201 }, 'status 201'],
    ['for a wrong member', { status: 200, answerBody: '{"name":1,"with_dash":""}' }, '/name must be string'],
    [
      'for a member that nobody described',
      { status: 200, answerBody: '{"name":"","with_dash":"","x":1}' },
      '"x"',
    ],
    ['for another type', { status: 200, answerType: 'text/html' }, 'text/html'],
    [
      'for a body with 204',
      { method: 'DELETE', path: '/things/1', requestBody: '', status: 204 },
      '204 has a body',
    ],
  ])('%s', (_rule, exchange, words) => {
    expect(faults(exchange).join('\n')).toContain(words);
  });
});

describe('references that lead nowhere', () => {
  it('are mended by name only', () => {
    expect(() => mendReferences(DOCUMENT, {})).toThrow('#/components/responses/Nowhere');
  });

  it('must still lead nowhere', () => {
    const whole = { ...DOCUMENT, components: { ...DOCUMENT.components, responses: { Nowhere: {} } } };
    expect(() => mendReferences(whole, MENDS)).toThrow('no longer dangle');
  });
});

describe('members that were never sent', () => {
  const request = (requestBody: string, search = ''): Exchange => ({
    ...{
      method: 'POST',
      path: '/',
      requestType: '',
      requestBody,
      status: 200,
      answerType: '',
      answerBody: '',
    },
    query: new URLSearchParams(search),
  });

  it('is found by operation, parameter, member and value', () => {
    expect(shownBy('x', request('{"a":{"b":["c"]}}', 'q=1'))).toEqual([
      'x',
      'x ?q',
      'x a.b',
      'x a.b',
      'x a.b=c',
    ]);
    const everything = Object.values(CLIENT_OPERATIONS).flatMap(({ id, sends }) => [
      id,
      ...sends.map((one) => `${id} ${one}`),
    ]);
    expect(notShown(new Set(everything))).toEqual([]);
    for (const one of everything)
      expect(notShown(new Set(everything.filter((other) => other !== one)))).toEqual(
        expect.arrayContaining([one]),
      );
  });
});

describe('the report', () => {
  const exchange: Exchange = {
    ...{ method: 'GET', path: '/things', requestType: '', requestBody: '', status: 200 },
    ...{ query: new URLSearchParams('owners=a'), answerType: 'application/json', answerBody: '[]' },
  };
  const reported = (of: Exchange, served: string[] = []): string =>
    report(description, [{ sender: 'gateway', exchange: of }], served).lines.join('\n');

  it('names each fault, and who sent what was wrong', () => {
    expect(reported({ ...exchange, answerBody: '[{}]' })).toContain(
      'GET /things (gateway): answer: /0 must have',
    );
    expect(reported(exchange)).not.toContain('GET /things');
  });

  it('names what was not sent, not answered and not seen', () => {
    expect(reported(exchange, ['listThings', 'createThing'])).toContain('never seen to succeed: createThing');
    expect(reported(exchange, ['listThings'])).not.toContain('never seen to succeed');
    expect(reported(exchange, ['listThings'])).toContain('no job was seen as incomplete');
    expect(reported(exchange)).toContain('never sent by the gateway: cancelJob');
    expect(report(description, [], []).isKept).toBe(false);
  });
});
