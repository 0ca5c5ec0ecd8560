package io.ashlar.core.device;

import io.ashlar.core.base.Check;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Drives a device from a test as if it were synchronous, with aligned memory of its own. What is
/// asked of it ends before the call returns.
public final class DeviceDriver {
  private static final int ALIGNMENT_BYTES = 4096;

  /// A device that ends nothing for this long has failed its test; no test waits for it otherwise.
  private static final long PATIENCE_NS = Duration.ofSeconds(60).toNanos();

  private final BlockDevice device;
  private final Runnable pass;

  /// @param pass lets time go by between two polls; does nothing for devices in real time
  public DeviceDriver(BlockDevice device, Runnable pass) {
    this.device = device;
    this.pass = pass;
  }

  public BlockDevice device() {
    return device;
  }

  public byte[] read(long offset, int length) {
    DeviceRequest request = request(DeviceOperation.READ, offset, length);
    UnsafeBuffer memory = memoryOf(request);
    memory.setMemory(0, length, (byte) 0xA5);
    DeviceStatus status = run(request);
    Check.that(status == DeviceStatus.OK, "read succeeds, was " + status, offset);
    return bytesOf(request);
  }

  public DeviceStatus write(DeviceOperation operation, long offset, byte[] bytes) {
    return run(carrying(operation, offset, bytes));
  }

  public DeviceStatus flush() {
    return run(request(DeviceOperation.FLUSH, 0, 0));
  }

  public DeviceStatus run(DeviceRequest request) {
    Check.that(device.submit(request), "the queue has room");
    drain();
    return request.status;
  }

  /// Polls until nothing is in flight.
  public void drain() {
    long started = System.nanoTime();
    while (device.inFlight() > 0) {
      device.poll();
      pass.run();
      Check.that(System.nanoTime() - started < PATIENCE_NS, "the device ends its requests");
    }
  }

  /// A request with memory for its data.
  public static DeviceRequest request(DeviceOperation operation, long offset, long length) {
    DeviceRequest request = new DeviceRequest(ended -> {});
    giveMemory(request, operation, offset, length);
    return request;
  }

  /// Fills in a request, with new memory where it moves data. The memory lives as long as the
  /// request: its attachment holds it.
  public static void giveMemory(
      DeviceRequest request, DeviceOperation operation, long offset, long length) {
    request.operation = operation;
    request.offset = offset;
    request.length = length;
    if (operation != DeviceOperation.FLUSH && operation != DeviceOperation.DISCARD) {
      ByteBuffer memory = BufferUtil.allocateDirectAligned((int) length, ALIGNMENT_BYTES);
      request.attachment = memory;
      request.address = new UnsafeBuffer(memory).addressOffset();
    }
  }

  public static DeviceRequest carrying(DeviceOperation operation, long offset, byte[] bytes) {
    DeviceRequest request = request(operation, offset, bytes.length);
    memoryOf(request).putBytes(0, bytes);
    return request;
  }

  public static byte[] bytesOf(DeviceRequest request) {
    byte[] bytes = new byte[(int) request.length];
    memoryOf(request).getBytes(0, bytes);
    return bytes;
  }

  private static UnsafeBuffer memoryOf(DeviceRequest request) {
    return new UnsafeBuffer(request.address, (int) request.length);
  }
}
