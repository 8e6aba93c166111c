/** Fixed ids of the samples, for documentation and tests. */
export const SAMPLE_WORKSPACE_ID = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';

export const SAMPLE_SOURCE_IDS = [
  '95e66a59-8045-4307-9678-63bc3c9b8c93',
  '12345678-1234-1234-1234-123456789012',
  'source-id',
] as const;

export const SAMPLE_DESTINATION_IDS = [
  'e478de0d-a3a0-475c-b019-25f7dd29e281',
  '87654321-4321-4321-4321-210987654321',
  'dest-id',
] as const;

export const SAMPLE_CONNECTION_ID = 'conn-12345678-1234-1234-1234-123456789012';
