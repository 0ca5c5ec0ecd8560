package io.ashlar.benchmarks.device;

/// One contestant's round.
///
/// @param operationsPerSecond over the whole round
/// @param p50Ns median latency
/// @param p99Ns latency that one in a hundred exceeds
record LoadResult(double operationsPerSecond, long p50Ns, long p99Ns) {}
