// Loaded into a gateway with `node --expose-gc --require`: tells its parent what is left after a collection.
process.on('message', () => {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ heapBytes: heapUsed, rssBytes: rss });
});
process.channel.unref();
