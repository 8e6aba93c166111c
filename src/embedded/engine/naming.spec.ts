import { renameState, renamingOf } from './naming';

describe('names at the destination', () => {
  it.each(['a$$b', 'a$&b', "a$'b", 'a$`b', '$1', '${SOURCE_NAMESPACE}'])(
    'contain the namespace %s of the source unchanged',
    (namespace) => {
      const rename = renamingOf({
        namespaceDefinition: 'custom_format',
        namespaceFormat: 'x_${SOURCE_NAMESPACE}_${SOURCE_NAMESPACE}',
        prefix: '$$',
      });
      expect(rename({ name: '$&', namespace })).toEqual({
        name: '$$$&',
        namespace: `x_${namespace}_${namespace}`,
      });
    },
  );

  it.each([
    ['destination', { name: 'p_s', namespace: '' }],
    ['source', { name: 'p_s', namespace: 'n' }],
  ])('follow the namespace definition %s', (namespaceDefinition, expected) => {
    const rename = renamingOf({ namespaceDefinition, prefix: 'p_' });
    expect(rename({ name: 's', namespace: 'n' })).toEqual(expected);
    const state = {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 's', namespace: 'n' }, stream_state: { a: 1 } },
    };
    const { name, namespace } = expected;
    expect(renameState(state, rename)).toEqual({
      type: 'STREAM',
      stream: {
        stream_descriptor: namespace === '' ? { name } : { name, namespace },
        stream_state: { a: 1 },
      },
    });
  });
});
