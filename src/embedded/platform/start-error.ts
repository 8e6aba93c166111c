/**
 * An error that stops the start of the embedded Airbyte and that the operator can fix. Its message states the setting or
 * the file and the fix.
 */
export class EmbeddedStartError extends Error {}
