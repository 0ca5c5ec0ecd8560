package io.ashlar.daemon.metrics;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import java.util.concurrent.atomic.AtomicLongArray;

/// What one volume did, by operation. Its shard writes; any thread reads.
public final class VolumeCounters {
  private static final BlockOperation[] OPERATIONS = BlockOperation.values();

  private final LatencyHistogram[] latencies = new LatencyHistogram[OPERATIONS.length];
  private final AtomicLongArray operations = new AtomicLongArray(OPERATIONS.length);
  private final AtomicLongArray bytes = new AtomicLongArray(OPERATIONS.length);
  private final AtomicLongArray errors = new AtomicLongArray(OPERATIONS.length);

  public VolumeCounters() {
    for (int i = 0; i < latencies.length; i++) {
      latencies[i] = new LatencyHistogram();
    }
  }

  /// Counts a request that has ended, successfully or not.
  void record(BlockRequest request, long durationNs) {
    int operation = indexOf(request.operation);
    latencies[operation].record(durationNs);
    increase(operations, operation, 1);
    if (request.status == BlockStatus.OK) {
      increase(bytes, operation, request.lengthBytes);
    } else if (request.status != BlockStatus.MISCOMPARE && request.status != BlockStatus.ABORTED) {
      increase(errors, operation, 1);
    }
  }

  @SuppressWarnings("EnumOrdinal") // an index into arrays of this process, never written down
  private static int indexOf(BlockOperation operation) {
    return operation.ordinal();
  }

  private static void increase(AtomicLongArray array, int index, long by) {
    array.lazySet(index, array.getPlain(index) + by);
  }

  LatencyHistogram latency(BlockOperation operation) {
    return latencies[indexOf(operation)];
  }

  long operations(BlockOperation operation) {
    return operations.get(indexOf(operation));
  }

  long bytes(BlockOperation operation) {
    return bytes.get(indexOf(operation));
  }

  long errors(BlockOperation operation) {
    return errors.get(indexOf(operation));
  }
}
