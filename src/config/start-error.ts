/**
 * Stops the start with an error that the operator can fix. The message contains the setting and the fix. It is printed
 * without a stack.
 */
export class StartError extends Error {}
