package io.ashlar.core.offline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.ScrubTimes;
import io.ashlar.core.format.Superblock.StreamCursor;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Finds out the shape and the secret of a device whose superblocks are both lost, from the group
/// headers that begin its segments. Segments begin at whole MiB, each with a header, so that those
/// places are looked at. The first segment begins where no guest's data can, so that its header
/// decides; where it is damaged, the secret of most headers does.
public final class LostSuperblocks {
  private static final int MIB = 1 << 20;
  private static final int SEGMENT_MIB_MAX = 1024;
  private static final int SEGMENTS_TRIED = 8;

  /// A header with a sound checksum at a whole MiB.
  private record Found(int mib, long secret, int generation, int epoch) {}

  private final PolledDevice device;
  private final long sizeBytes;
  private final GroupProof proof = new GroupProof(new Crc32c(), 0, 0);

  private LostSuperblocks(PolledDevice device) {
    this.device = device;
    sizeBytes = device.device().geometry().sizeBytes();
  }

  /// Looks for a pool.
  ///
  /// @param segmentBytes 0 to find that out too
  /// @return a superblock with geometry and secret and no checkpoint, fit for scans; null if there
  ///   is no pool
  public static @Nullable Superblock rebuild(PolledDevice device, int segmentBytes) {
    LostSuperblocks search = new LostSuperblocks(device);
    List<Found> headers = search.headers();
    if (headers.isEmpty()) {
      return null;
    }
    long secret = secretOf(headers);
    List<Found> ours = headers.stream().filter(each -> each.secret == secret).toList();
    int bytes = segmentBytes > 0 ? segmentBytes : search.segmentMib(ours) * MIB;
    int epoch = ours.stream().mapToInt(Found::epoch).max().orElse(0);
    Superblock small = search.root(secret, 512, bytes, epoch);
    Superblock large = search.root(secret, 4096, bytes, epoch);
    return search.fit(small) >= search.fit(large) ? small : large;
  }

  private List<Found> headers() {
    UnsafeBuffer memory =
        new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(GroupHeaderFlyweight.HEADER_BYTES_MAX, 4096));
    GroupHeaderFlyweight header = new GroupHeaderFlyweight();
    List<Found> found = new ArrayList<>();
    for (int mib = 1; (long) mib * MIB + memory.capacity() <= sizeBytes; mib++) {
      DeviceStatus status =
          device.read((long) mib * MIB, memory.capacity(), memory.addressOffset());
      if (status == DeviceStatus.OK) {
        header.wrap(memory, 0, memory.capacity());
        if (isSound(header)) {
          found.add(new Found(mib, header.secret(), header.generation(), header.epoch()));
        }
      }
    }
    return found;
  }

  private boolean isSound(GroupHeaderFlyweight header) {
    int bytes = header.headerBytes();
    return header.magic() == GroupHeaderFlyweight.MAGIC
        && bytes >= GroupHeaderFlyweight.BYTES
        && bytes <= header.buffer().capacity()
        && header.epoch() >= 0
        && header.epoch() <= Superblock.EPOCH_MAX
        && proof.checksumOf(header.buffer(), bytes) == header.checksum();
  }

  private static long secretOf(List<Found> headers) {
    if (headers.getFirst().mib == 1) {
      return headers.getFirst().secret;
    }
    Map<Long, Integer> votes = new TreeMap<>();
    headers.forEach(each -> votes.merge(each.secret, 1, Integer::sum));
    long best = headers.getFirst().secret;
    for (Map.Entry<Long, Integer> each : votes.entrySet()) {
      best = each.getValue() > votes.getOrDefault(best, 0) ? each.getKey() : best;
    }
    return best;
  }

  /// The segment's size that explains the headers best: most of them begin a segment, and no life
  /// of a segment is in two of them. Of sizes that explain them alike the largest.
  private int segmentMib(List<Found> headers) {
    int best = 1;
    int bestScore = Integer.MIN_VALUE;
    long most = Math.min(SEGMENT_MIB_MAX, sizeBytes / MIB - 1);
    for (int mib = 1; mib <= most; mib++) {
      int score = score(headers, mib);
      if (score >= bestScore) {
        best = mib;
        bestScore = score;
      }
    }
    return best;
  }

  private static int score(List<Found> headers, int segmentMib) {
    int score = 0;
    Map<Integer, Integer> segmentOfLife = new TreeMap<>();
    for (Found each : headers) {
      int segment = (each.mib - 1) / segmentMib;
      score += (each.mib - 1) % segmentMib == 0 ? 1 : 0;
      Integer known = segmentOfLife.putIfAbsent(each.generation, segment);
      score -= known != null && known != segment ? headers.size() : 0;
    }
    return score;
  }

  private Superblock root(long secret, int alignmentBytes, int segmentBytes, int epoch) {
    long segments = Math.min((sizeBytes - MIB) / segmentBytes, Integer.MAX_VALUE);
    LaneGeometry geometry =
        new LaneGeometry(0, 1, alignmentBytes, segmentBytes, (int) segments, MIB);
    List<StreamCursor> none = List.of(StreamCursor.NONE, StreamCursor.NONE, StreamCursor.NONE);
    UUID unknown = new UUID(0, 0);
    return new Superblock(
        0,
        unknown,
        unknown,
        secret,
        geometry,
        epoch,
        false,
        0,
        0,
        Pieces.NONE,
        none,
        ScrubTimes.NONE);
  }

  /// How well groups follow each other with this alignment.
  private int fit(Superblock root) {
    Fit fit = new Fit();
    SegmentScan scan = new SegmentScan(device, root);
    int tried = 0;
    for (int segment = 0;
        segment < root.geometry().segments() && tried < SEGMENTS_TRIED;
        segment++) {
      if (scan.at(segment, 0) != null) {
        scan.scan(segment, fit);
        tried++;
      }
    }
    return fit.score;
  }

  /// Counts groups for an alignment, and gaps between them against it.
  private static final class Fit implements ScanVisitor {
    private int score;

    @Override
    public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {
      score++;
    }

    @Override
    public void onLost(int segment, int offset, int bytes) {
      score -= 2;
    }

    @Override
    public void onBrokenEnd(int segment, int offset, long sequence) {}

    @Override
    public void onUnreadable(int segment, int offset, int bytes) {}
  }
}
