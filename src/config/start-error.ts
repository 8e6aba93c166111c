/**
 * An error that stops the start and that the operator can fix. Its message states the setting and the fix, so the process
 * prints the message without a stack.
 */
export class StartError extends Error {}
