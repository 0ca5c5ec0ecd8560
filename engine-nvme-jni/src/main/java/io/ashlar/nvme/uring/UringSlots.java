package io.ashlar.nvme.uring;

import io.ashlar.core.device.DeviceRequest;
import org.jspecify.annotations.Nullable;

/// The requests that are with the kernel, each in a numbered place, and how far each has come.
final class UringSlots {
  private final @Nullable DeviceRequest[] requests;
  private final long[] startedNs;
  private final long[] moved;
  private final int[] tries;

  /// Numbers of unused places; a stack, so that the same few stay in the cache.
  private final int[] unused;

  private int unusedCount;
  private int onKernelThreads;

  UringSlots(int count) {
    this.requests = new @Nullable DeviceRequest[count];
    this.startedNs = new long[count];
    this.moved = new long[count];
    this.tries = new int[count];
    this.unused = new int[count];
    for (int i = 0; i < count; i++) {
      unused[i] = count - 1 - i;
    }
    this.unusedCount = count;
  }

  boolean isFull() {
    return unusedCount == 0;
  }

  int used() {
    return requests.length - unusedCount;
  }

  /// How many of the requests need a kernel thread before they can end.
  int onKernelThreads() {
    return onKernelThreads;
  }

  private static int kernelThreads(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE -> 0;
      case WRITE_DURABLE, FLUSH, DISCARD -> 1;
    };
  }

  int take(DeviceRequest request, long nowNs) {
    int slot = unused[--unusedCount];
    requests[slot] = request;
    startedNs[slot] = nowNs;
    moved[slot] = 0;
    tries[slot] = 0;
    onKernelThreads += kernelThreads(request);
    return slot;
  }

  DeviceRequest request(int slot) {
    DeviceRequest request = requests[slot];
    if (request == null) {
      throw new IllegalStateException("the kernel answers what was asked; slot=" + slot);
    }
    return request;
  }

  long startedNs(int slot) {
    return startedNs[slot];
  }

  long moved(int slot) {
    return moved[slot];
  }

  /// Adds the bytes that an event reports. Of a transfer cut at an odd byte only whole blocks
  /// count: the rest must begin aligned.
  ///
  /// @return the sum
  long moved(int slot, long bytes, int alignmentBytes) {
    long whole = bytes & -(long) alignmentBytes;
    moved[slot] += whole;
    return moved[slot];
  }

  int tries(int slot) {
    return tries[slot];
  }

  /// Counts a try that moved nothing; pieces of a long transfer are no tries.
  ///
  /// @return false once a request had `limit` tries
  boolean tryAgain(int slot, int limit) {
    return ++tries[slot] < limit;
  }

  void free(int slot) {
    onKernelThreads -= kernelThreads(request(slot));
    requests[slot] = null;
    unused[unusedCount++] = slot;
  }
}
