/**
 * An error that stops the start and that the operator can fix. The message contains the setting and the fix, and is printed
 * without a stack.
 */
export class StartError extends Error {}
