// Loaded into a gateway with `node --expose-gc --require`: tells its parent what is left after a collection.
process.on('message', () => {
  globalThis.gc();
  process.send(process.memoryUsage().heapUsed);
});
process.channel.unref();
