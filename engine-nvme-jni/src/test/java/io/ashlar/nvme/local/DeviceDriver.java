package io.ashlar.nvme.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Drives a device one request at a time, as tests want it: with memory of its own.
public final class DeviceDriver implements AutoCloseable {
  public static final int BLOCK_BYTES = 4096;
  public static final int ARENA_BYTES = 1 << 20;

  public final LocalBlockDevice device;
  public final ByteBuffer arena = BufferUtil.allocateDirectAligned(ARENA_BYTES, BLOCK_BYTES);
  public final UnsafeBuffer memory = new UnsafeBuffer(arena);
  private int completions;

  public DeviceDriver(LocalBlockDevice device) {
    this.device = device;
  }

  public long address(int offset) {
    return memory.addressOffset() + offset;
  }

  /// A request on this driver's memory at `at`.
  public DeviceRequest request(DeviceOperation operation, long offset, long length, int at) {
    DeviceRequest request = new DeviceRequest(ended -> completions++);
    request.operation = operation;
    request.offset = offset;
    request.length = length;
    request.address = address(at);
    return request;
  }

  /// Submits, waits for the end, and gives the status.
  public DeviceStatus run(DeviceOperation operation, long offset, long length, int at) {
    DeviceRequest request = request(operation, offset, length, at);
    assertThat(device.submit(request)).isTrue();
    drain();
    return request.status;
  }

  public DeviceStatus flush() {
    return run(DeviceOperation.FLUSH, 0, 0, 0);
  }

  /// Polls until nothing is in flight.
  public int drain() {
    long giveUpNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    int done = 0;
    while (device.inFlight() > 0) {
      done += device.poll();
      assertThat(System.nanoTime()).as("the device ends its requests").isLessThan(giveUpNs);
    }
    return done;
  }

  public int completions() {
    return completions;
  }

  @Override
  public void close() {
    device.close();
  }
}
