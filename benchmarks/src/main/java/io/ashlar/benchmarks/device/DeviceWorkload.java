package io.ashlar.benchmarks.device;

import io.ashlar.core.device.DeviceOperation;

/// What is asked of a device, in our words and in fio's.
enum DeviceWorkload {
  RANDOM_READ_QD1("4 KiB random read QD1", DeviceOperation.READ, 4096, 1),
  RANDOM_READ_QD32("4 KiB random read QD32", DeviceOperation.READ, 4096, 32),
  RANDOM_WRITE_QD32("4 KiB random write QD32", DeviceOperation.WRITE, 4096, 32),
  DURABLE_WRITE_QD1("4 KiB random durable write QD1", DeviceOperation.WRITE_DURABLE, 4096, 1),
  DURABLE_WRITE_QD32("4 KiB random durable write QD32", DeviceOperation.WRITE_DURABLE, 4096, 32),
  SEQUENTIAL_READ_QD8("128 KiB sequential read QD8", DeviceOperation.READ, 131_072, 8),
  SEQUENTIAL_WRITE_QD8("128 KiB sequential write QD8", DeviceOperation.WRITE, 131_072, 8);

  private static final int SMALL_BLOCK_BYTES = 4096;

  final String words;
  final DeviceOperation operation;
  final int blockBytes;
  final int queueDepth;

  DeviceWorkload(String words, DeviceOperation operation, int blockBytes, int queueDepth) {
    this.words = words;
    this.operation = operation;
    this.blockBytes = blockBytes;
    this.queueDepth = queueDepth;
  }

  boolean isRandom() {
    return blockBytes == SMALL_BLOCK_BYTES;
  }

  boolean reads() {
    return operation == DeviceOperation.READ;
  }

  /// fio's `--rw`.
  String fioPattern() {
    return (isRandom() ? "rand" : "") + (reads() ? "read" : "write");
  }
}
