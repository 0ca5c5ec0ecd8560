package io.ashlar.core.volume;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.base.Check;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Drives a volume from a test as if it were synchronous: each call submits one request and turns
/// the volume's shard until the request has ended.
public final class VolumeDriver {
  private static final int TURNS_MAX = 1_000_000;

  private final BlockVolume volume;
  private final Runnable turn;

  /// The last request that ended, for its result fields.
  private @Nullable BlockRequest last;

  /// @param turn lets the volume make progress: one turn of its shard
  public VolumeDriver(BlockVolume volume, Runnable turn) {
    this.volume = volume;
    this.turn = turn;
  }

  public BlockVolume volume() {
    return volume;
  }

  /// The request whose end the last call waited for.
  public BlockRequest last() {
    return requireNonNull(last, "no request was made yet");
  }

  public byte[] read(long offsetBytes, int lengthBytes) {
    BlockRequest request = request(BlockOperation.READ, offsetBytes, lengthBytes);
    request.data.wrap(ByteBuffer.allocateDirect(lengthBytes));
    request.data.setMemory(0, lengthBytes, (byte) 0xA5);
    BlockStatus status = run(request);
    Check.that(status == BlockStatus.OK, "read succeeds, was " + status, offsetBytes);
    byte[] bytes = new byte[lengthBytes];
    request.data.getBytes(0, bytes);
    return bytes;
  }

  public BlockStatus write(long offsetBytes, byte[] bytes) {
    return run(carrying(BlockOperation.WRITE, offsetBytes, bytes));
  }

  public BlockStatus compare(long offsetBytes, byte[] bytes) {
    return run(carrying(BlockOperation.COMPARE, offsetBytes, bytes));
  }

  public BlockStatus orWrite(long offsetBytes, byte[] bytes) {
    return run(carrying(BlockOperation.OR_WRITE, offsetBytes, bytes));
  }

  public BlockStatus compareAndWrite(long offsetBytes, byte[] expected, byte[] next) {
    return run(comparingAndWriting(offsetBytes, expected, next));
  }

  public BlockStatus copy(BlockVolume source, long from, long to, long lengthBytes) {
    BlockRequest request = request(BlockOperation.COPY, to, lengthBytes);
    request.source = source;
    request.sourceOffsetBytes = from;
    return run(request);
  }

  /// Runs an operation that carries no data.
  public BlockStatus run(BlockOperation operation, long offsetBytes, long lengthBytes) {
    return run(request(operation, offsetBytes, lengthBytes));
  }

  public BlockStatus run(BlockRequest request) {
    volume.submit(request);
    awaitEnd(request);
    last = request;
    return request.status;
  }

  /// Turns until the request, made by this class, has ended.
  public void awaitEnd(BlockRequest request) {
    Ending ending = endingOf(request);
    for (int turns = 0; ending.count == 0; turns++) {
      Check.that(turns < TURNS_MAX, "a request ends, " + request.operation, request.offsetBytes);
      turn.run();
    }
  }

  /// How often the request's completion ran since it was made.
  public static int endings(BlockRequest request) {
    return endingOf(request).count;
  }

  public static BlockRequest request(BlockOperation operation, long offset, long length) {
    Ending ending = new Ending();
    BlockRequest request = new BlockRequest(ended -> ending.count++);
    request.attachment = ending;
    request.operation = operation;
    request.offsetBytes = offset;
    request.lengthBytes = length;
    return request;
  }

  /// A request whose data is a copy of `bytes`.
  public static BlockRequest carrying(BlockOperation operation, long offset, byte[] bytes) {
    BlockRequest request = request(operation, offset, bytes.length);
    request.data.wrap(ByteBuffer.allocateDirect(bytes.length));
    request.data.putBytes(0, bytes);
    return request;
  }

  public static BlockRequest comparingAndWriting(long offset, byte[] expected, byte[] next) {
    BlockRequest request = request(BlockOperation.COMPARE_AND_WRITE, offset, expected.length);
    request.data.wrap(ByteBuffer.allocateDirect(expected.length + next.length));
    request.data.putBytes(0, expected);
    request.data.putBytes(expected.length, next);
    return request;
  }

  private static Ending endingOf(BlockRequest request) {
    return (Ending) requireNonNull(request.attachment, "made by VolumeDriver");
  }

  private static final class Ending {
    private int count;
  }
}
