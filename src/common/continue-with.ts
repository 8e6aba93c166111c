/**
 * Goes on with a value that may be there already. What is there is not made to wait: each promise on the way of a request
 * lets others in between, and keeps what the request holds long enough for it to be copied by the garbage collector.
 */
export function continueWith<T, R>(
  value: T | Promise<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
