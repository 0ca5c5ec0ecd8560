package io.ashlar.core.segment;

import io.ashlar.core.device.DeviceCompletion;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.Superblock.LaneGeometry;

/// Fills a [GroupWindow] from the device piece by piece, so that no host's request waits long
/// behind one read. Its owner asks for each piece, and hears of each.
public final class WindowLoad {
  private final GroupWindow window;
  private final LaneGeometry geometry;
  private final SubmissionQueue device;
  private final int pieceBytes;
  private final DeviceRequest read;
  private int loaded;
  private long bytesRead;

  /// @param pieceBytes of one read, a multiple of the device's alignment
  /// @param completion hears of each piece, and calls [#onPiece] for those that count
  public WindowLoad(
      GroupWindow window,
      LaneGeometry geometry,
      SubmissionQueue device,
      int pieceBytes,
      DeviceCompletion completion) {
    this.window = window;
    this.geometry = geometry;
    this.device = device;
    this.pieceBytes = pieceBytes;
    read = new DeviceRequest(completion);
  }

  /// Forgets pieces that were read of a window that is not wanted any more.
  public void restart() {
    loaded = 0;
  }

  /// Reads the next piece of what the window must hold to show what begins at `offset`.
  public void readPiece(int segment, int offset) {
    readPiece(segment, offset, pieceBytes);
  }

  /// As [#readPiece(int, int)], at most so much at once.
  public void readPiece(int segment, int offset, int mostBytes) {
    read.operation = DeviceOperation.READ;
    read.offset = geometry.segmentOffset(segment) + offset + loaded;
    read.length = Math.min(mostBytes, window.needs(offset) - loaded);
    read.address = window.address() + loaded;
    device.submit(read);
  }

  /// How much of the window is there before the piece that is read next, or was read last.
  public int loadedBytes() {
    return loaded;
  }

  /// Puts zeroes where the piece that was read last could not be.
  public void blank() {
    window.memory().setMemory(loaded, (int) read.length, (byte) 0);
  }

  /// Counts the piece that was read last.
  ///
  /// @return whether the window holds all that it needs now
  public boolean onPiece(int segment, int offset) {
    loaded += (int) read.length;
    bytesRead += read.length;
    boolean isWhole = loaded == window.needs(offset);
    if (isWhole) {
      window.loaded(segment, offset, loaded);
      loaded = 0;
    }
    return isWhole;
  }

  /// Bytes of all pieces since the start.
  public long bytesRead() {
    return bytesRead;
  }
}
