import { ValidateBy } from 'class-validator';

/** Validates an array of paths; a path is an array of field names. */
export function IsListOfPaths(maxLength: number): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isListOfPaths',
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value) && value.length <= maxLength && value.every((path) => isPath(path, maxLength)),
        defaultMessage: () => `must be an array of at most ${maxLength} arrays of field names`,
      },
    },
    { context: { hint: 'Write each field of the key as an array, e.g. [["id"]] or [["region"], ["id"]].' } },
  );
}

function isPath(value: unknown, maxLength: number): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= maxLength &&
    value.every((name) => typeof name === 'string')
  );
}
