package io.ashlar.core.offline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.recovery.LogReplay;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogOptions;
import io.ashlar.core.segment.Stream;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Walks the groups of a segment's present life. Needs of the superblock only what never changes:
/// geometry and secret. Where a group cannot be read, it looks for the next one, unit by unit.
public final class SegmentScan {
  private static final int NONE = -1;

  /// What is read at once where the device refuses more.
  private static final int PIECE_BYTES = 4096;

  private final PolledDevice device;
  private final LaneGeometry geometry;
  private final long secret;
  private final GroupWindow window;
  private final GroupHeaderFlyweight peek = new GroupHeaderFlyweight();
  private int segment;
  private int stream;
  private int generation;
  private int toldThrough;

  /// @param root any superblock of the device
  public SegmentScan(PolledDevice device, Superblock root) {
    this.device = device;
    geometry = root.geometry();
    secret = root.secret();
    Crc32c crc = new Crc32c();
    LogOptions log = LogOptions.of(geometry, 1, 1);
    // Room for the longest group behind the one that is looked at.
    int bytes = Math.min(2 * LogReplay.windowBytes(log, geometry), geometry.segmentBytes());
    UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 4096));
    GroupProof proof = new GroupProof(crc, secret, geometry.lane());
    window = new GroupWindow(memory, geometry, proof, crc, log.metaHeaderBytes());
  }

  /// Walks the whole segment.
  public void scan(int segment, ScanVisitor visitor) {
    begin(segment);
    int offset = 0;
    while (offset < geometry.segmentBytes()) {
      if (isGroup(offset, visitor)) {
        visitor.onGroup(segment, offset, Stream.ofCode(stream), window);
        // The visitor may have looked at other groups through the window: judge again.
        window.judge(Stream.ofCode(stream), generation, offset);
        boolean last = window.isSeal();
        offset += window.groupBytes();
        if (last) {
          return;
        }
      } else {
        offset = resume(offset, visitor);
      }
    }
  }

  /// Looks at one place only.
  ///
  /// @return the window, which holds the group that begins there; null if none does
  public @Nullable GroupWindow at(int segment, int offset) {
    begin(segment);
    return isGroup(offset, new Deaf()) ? window : null;
  }

  /// The generation of the group found last.
  public int generation() {
    return generation;
  }

  private void begin(int segment) {
    this.segment = segment;
    stream = NONE;
    generation = NONE;
    toldThrough = 0;
    window.loaded(NONE, 0, 0);
  }

  /// Whether a sound group of the segment's present life begins at `offset`. The first one found
  /// says which life that is.
  private boolean isGroup(int offset, ScanVisitor visitor) {
    if (geometry.segmentBytes() - offset < GroupHeaderFlyweight.BYTES
        || !isMarkedThere(offset, visitor)) {
      return false;
    }
    boolean isFirst = generation == NONE;
    int claimed = peek.stream();
    if (isFirst && (claimed < 0 || claimed >= Stream.COUNT)) {
      return false;
    }
    Stream as = Stream.ofCode(isFirst ? claimed : stream);
    int life = isFirst ? peek.generation() : generation;
    if (window.judge(as, life, offset) != Verdict.SOUND) {
      return false;
    }
    if (!window.holdsGroup()) {
      reload(offset, visitor);
      if (window.judge(as, life, offset) != Verdict.SOUND || !window.holdsGroup()) {
        return false;
      }
    }
    stream = as.code();
    generation = life;
    return true;
  }

  /// Whether the bytes begin like a header of this device; [#peek] shows it.
  private boolean isMarkedThere(int offset, ScanVisitor visitor) {
    if (!window.holdsHeader(segment, offset)) {
      reload(offset, visitor);
    }
    peek.wrap(window.memory(), window.memoryOffset(offset), GroupHeaderFlyweight.BYTES);
    return peek.magic() == GroupHeaderFlyweight.MAGIC && peek.secret() == secret;
  }

  private void reload(int offset, ScanVisitor visitor) {
    int bytes = window.needs(offset);
    long at = geometry.segmentOffset(segment) + offset;
    if (device.read(at, bytes, window.address()) != DeviceStatus.OK) {
      readPieces(offset, bytes, visitor);
    }
    window.loaded(segment, offset, bytes);
  }

  /// Where a device refuses, everything around is still read; the rest counts as zeroes, which no
  /// checksum mistakes for anything.
  private void readPieces(int offset, int bytes, ScanVisitor visitor) {
    for (int piece = 0; piece < bytes; piece += PIECE_BYTES) {
      int length = Math.min(PIECE_BYTES, bytes - piece);
      long at = geometry.segmentOffset(segment) + offset + piece;
      if (device.read(at, length, window.address() + piece) != DeviceStatus.OK) {
        window.memory().setMemory(piece, length, (byte) 0);
        tellUnreadable(offset + piece, length, visitor);
      }
    }
  }

  /// Windows overlap; each place is told once.
  private void tellUnreadable(int offset, int length, ScanVisitor visitor) {
    if (offset >= toldThrough) {
      visitor.onUnreadable(segment, offset, length);
      toldThrough = offset + length;
    }
  }

  /// Finds where the walk goes on after a place that is no group.
  private int resume(int broken, ScanVisitor visitor) {
    boolean wasHeader =
        geometry.segmentBytes() - broken >= GroupHeaderFlyweight.BYTES
            && isMarkedThere(broken, visitor)
            && (generation == NONE || peek.generation() == generation);
    long sequence = wasHeader ? peek.sequence() : 0;
    int from = broken + geometry.alignmentBytes();
    for (int at = from; at < geometry.segmentBytes(); at += geometry.alignmentBytes()) {
      if (isGroup(at, visitor)) {
        visitor.onLost(segment, broken, at - broken);
        return at;
      }
    }
    if (wasHeader) {
      visitor.onBrokenEnd(segment, broken, sequence);
    }
    return geometry.segmentBytes();
  }

  /// Needs to hear nothing.
  private static final class Deaf implements ScanVisitor {
    @Override
    public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {}

    @Override
    public void onLost(int segment, int offset, int bytes) {}

    @Override
    public void onBrokenEnd(int segment, int offset, long sequence) {}

    @Override
    public void onUnreadable(int segment, int offset, int bytes) {}
  }
}
