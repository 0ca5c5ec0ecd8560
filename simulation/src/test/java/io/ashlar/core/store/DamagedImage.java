package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.offline.ScanVisitor;
import io.ashlar.core.offline.SegmentScan;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The image of a store that worked, checkpointed, cleaned and then lost power, what its volume
/// held, and where each of its structures lies.
final class DamagedImage {
  static final int SEGMENTS = 24;
  static final int BLOCKS = 2304;

  /// What a structure is.
  enum Kind {
    SUPERBLOCK,
    HEADER,
    DATA,
    PAGE,
    CHECKPOINT,
    CATALOGUE
  }

  /// A structure on the disk, and the blocks that may suffer with it.
  ///
  /// @param offset from the device's start
  record Structure(Kind kind, String name, long offset, int bytes, long firstBlock, long blocks) {
    boolean mayHit(long block) {
      return block >= firstBlock && block < firstBlock + blocks;
    }
  }

  final DiskImage image;
  final long[] versions;
  final int alignmentBytes;
  final long movedBytes;

  /// A segment that nothing alive is in; what it held before may still be there.
  final int freeSegment;

  private DamagedImage(
      DiskImage image, long[] versions, int alignmentBytes, long movedBytes, int freeSegment) {
    this.freeSegment = freeSegment;
    this.image = image;
    this.versions = versions;
    this.alignmentBytes = alignmentBytes;
    this.movedBytes = movedBytes;
  }

  static DamagedImage ofWorkload(int alignmentBytes, long seed) {
    StoreRig rig = StoreRig.fresh(SEGMENTS, alignmentBytes, seed);
    BlockVolume volume = rig.createSealed(1, BLOCKS * 4096L);
    BlockModel model = new BlockModel(BLOCKS);
    SplittableRandom random = new SplittableRandom(seed);
    // Whatever the log has after the checkpoint lies behind the first segment.
    while (rig.store.statistics().movedBytes() < 128 * 1024
        || rig.store.segments().state(0) != SegmentState.SEALED) {
      work(rig, volume, model, random, 40);
    }
    rig.checkpoint();
    // A log to replay that holds changes of the catalogue too: the first record of a volume is gone
    // once its segment was used again.
    rig.createPlain(2, 1 << 20, 4096);
    rig.change(volumeEntry(rig, 1));
    work(rig, volume, model, random, 12);
    // Long enough for the trailing mark.
    rig.clock.advance(1_000_000_000L);
    rig.settle();
    for (int i = 0; i < 100; i++) {
      rig.turn();
    }
    long moved = rig.store.statistics().movedBytes();
    long[] versions = BlockModel.versions(volume, BLOCKS, rig::turn);
    DiskImage image = rig.disk.state().crashed(CrashChoice.loseAll());
    return new DamagedImage(image, versions, alignmentBytes, moved, freeSegment(rig));
  }

  private static VolumeEntry volumeEntry(StoreRig rig, int layer) {
    return rig.store.volumes().stream()
        .filter(each -> each.layer() == layer)
        .findAny()
        .orElseThrow();
  }

  private static int freeSegment(StoreRig rig) {
    for (int segment = SEGMENTS - 1; segment >= 0; segment--) {
      if (rig.store.segments().state(segment) == SegmentState.FREE) {
        return segment;
      }
    }
    throw new AssertionError("some segment is free");
  }

  /// A store that lost power with a long log after its checkpoint: one that created a volume,
  /// wrote, unmapped, and went on in another segment.
  static DamagedImage ofLog(int alignmentBytes) {
    for (long seed = 1; seed < 20; seed++) {
      DamagedImage image = tryLog(alignmentBytes, seed);
      if (image != null) {
        return image;
      }
    }
    throw new AssertionError("no seed fills a segment between two checkpoints");
  }

  private static @Nullable DamagedImage tryLog(int alignmentBytes, long seed) {
    StoreRig rig = StoreRig.fresh(SEGMENTS, alignmentBytes, seed);
    BlockVolume volume = rig.createSealed(1, BLOCKS * 4096L);
    BlockModel model = new BlockModel(BLOCKS);
    SplittableRandom random = new SplittableRandom(seed);
    work(rig, volume, model, random, 20);
    rig.checkpoint();
    rig.createPlain(2, 1 << 20, 4096);
    long checkpoints = rig.store.statistics().checkpoints();
    int free = rig.store.statistics().freeSegments();
    while (rig.store.statistics().freeSegments() == free) {
      work(rig, volume, model, random, 1);
      if (rig.store.statistics().checkpoints() > checkpoints) {
        return null;
      }
    }
    // Before anything else happens: reading gives a checkpoint the time to end.
    DiskImage image = rig.disk.state().crashed(CrashChoice.keepAll(rig.disk.state()));
    long[] versions = BlockModel.versions(volume, BLOCKS, rig::turn);
    return new DamagedImage(image, versions, alignmentBytes, 0, freeSegment(rig));
  }

  private static void work(
      StoreRig rig, BlockVolume volume, BlockModel model, SplittableRandom random, int turns) {
    for (int turn = 0; turn < turns; turn++) {
      for (int burst = 0; burst < 6; burst++) {
        model.submit(volume, random);
      }
      rig.settle();
    }
  }

  SimulatedBlockDevice disk(DiskImage of, SimulatedClock clock) {
    long bytes = of.sizeBytes();
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(bytes, 1)
            .withGeometry(new DeviceGeometry(bytes, alignmentBytes, 64, true));
    return new SimulatedBlockDevice("disk", options, clock, of);
  }

  List<Structure> structures() {
    List<Structure> found = new ArrayList<>();
    found.add(new Structure(Kind.SUPERBLOCK, "superblock A", 0, Superblock.BYTES, 0, 0));
    found.add(
        new Structure(Kind.SUPERBLOCK, "superblock B", Superblock.BYTES, Superblock.BYTES, 0, 0));
    PolledDevice device = new PolledDevice(disk(image.fork(), new SimulatedClock()));
    SegmentScan scan = new SegmentScan(device, root());
    for (int segment = 0; segment < SEGMENTS; segment++) {
      scan.scan(segment, new Lister(found));
    }
    return found;
  }

  Superblock root() {
    try {
      PolledDevice device = new PolledDevice(disk(image.fork(), new SimulatedClock()));
      Superblock root = new SuperblockSlots(device, new Crc32c()).newest(0, 1);
      return Check.present(root, "the image has a superblock");
    } catch (CorruptRecordException | UnsupportedFormatException e) {
      throw new AssertionError(e);
    }
  }

  byte[] bytes(long offset, int length) {
    byte[] bytes = new byte[length];
    image.read(offset, new UnsafeBuffer(bytes), 0, length);
    return bytes;
  }

  /// Lists what a scan finds.
  private static final class Lister implements ScanVisitor {
    private final List<Structure> found;

    Lister(List<Structure> found) {
      this.found = found;
    }

    @Override
    public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {
      long base = (segment + 1L) * StoreRig.SEGMENT_BYTES;
      GroupRecords records = window.records();
      String where = "%s segment %d offset %d".formatted(stream, segment, offset);
      StringBuilder types = new StringBuilder();
      while (records.next()) {
        RecordFlyweight record = records.record();
        types.append(' ').append(record.type());
        if (!record.type().hasBlocks() && record.payloadBytes() > 0) {
          found.add(payload(records, record, where));
        }
        while (records.nextBlock()) {
          if (records.block().length() > 0) {
            found.add(block(records, where));
          }
        }
      }
      int header = window.header().headerBytes();
      found.add(
          new Structure(Kind.HEADER, "header" + types + " " + where, base + offset, header, 0, 0));
    }

    private static Structure block(GroupRecords records, String where) {
      long lba = records.record().lba() + records.blockIndex();
      int bytes = records.block().length();
      String name = "block %d of a %s, %s".formatted(lba, records.record().type(), where);
      return new Structure(Kind.DATA, name, records.payloadOffset(), bytes, lba, 1);
    }

    private static Structure payload(GroupRecords records, RecordFlyweight record, String where) {
      Kind kind =
          switch (record.type()) {
            case PAGE -> Kind.PAGE;
            case CHECKPOINT -> Kind.CHECKPOINT;
            default -> Kind.CATALOGUE;
          };
      long blocks = kind == Kind.PAGE ? 128L << (7 * record.argument()) : 0;
      String name = "%s %d, %s".formatted(record.type(), record.lba(), where);
      long first = record.lba() * blocks;
      long offset = records.payloadOffset();
      return new Structure(kind, name, offset, record.payloadBytes(), first, blocks);
    }

    @Override
    public void onLost(int segment, int offset, int bytes) {
      throw new AssertionError("a good image has no lost groups: segment " + segment);
    }

    @Override
    public void onBrokenEnd(int segment, int offset, long sequence) {}

    @Override
    public void onUnreadable(int segment, int offset, int bytes) {
      throw new AssertionError("a good image can be read");
    }
  }
}
