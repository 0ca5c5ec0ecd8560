package io.ashlar.core.store;

import io.ashlar.core.base.Clock;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.CheckpointBodyReader;
import io.ashlar.core.checkpoint.CheckpointPieces;
import io.ashlar.core.checkpoint.CheckpointVolume;
import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.checkpoint.IndexRestore;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.gc.Cleaner;
import io.ashlar.core.gc.MoveAdmission;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.recovery.LogReplay;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogIdentity;
import io.ashlar.core.segment.LogOptions;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.MetaWriter;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.transform.BlockOpener;
import io.ashlar.core.transform.BlockSealer;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.transform.KeyRing;
import io.ashlar.core.transform.XtsProvider;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Opens a device: superblock, checkpoint, replay, then a new epoch made durable before anything is
/// served.
final class StoreOpening {
  private static final int GENERATIONS_SKIPPED = 16;

  /// One more than a start needs: if the newest superblock is lost, it may have held the next
  /// epoch, and no write id is used twice.
  private static final int EPOCHS_RAISED = 2;

  private final BlockDevice device;
  private final StoreOptions options;
  private final Clock clock;
  private final KeyProvider keys;
  private final HealthLog.Listener listener;
  private final PolledDevice polled;
  private final Crc32c crc = new Crc32c();
  private final SuperblockSlots slots;

  StoreOpening(
      BlockDevice device,
      StoreOptions options,
      Clock clock,
      KeyProvider keys,
      HealthLog.Listener listener) {
    this.device = device;
    this.options = options;
    this.clock = clock;
    this.keys = keys;
    this.listener = listener;
    polled = new PolledDevice(device);
    slots = new SuperblockSlots(polled, crc);
  }

  LogStore open() throws StoreOpenException {
    try {
      Superblock found = slots.newest(0, 1);
      if (found == null) {
        throw new StoreOpenException(device.name() + " holds no Ashlar pool: format it first");
      }
      refuseUnfit(found);
      if (!slots.lost().isEmpty()) {
        listener.onTrouble(
            "one of two superblocks is lost and will be written anew: " + slots.lost());
      }
      return recover(found);
    } catch (CorruptRecordException | UnsupportedFormatException e) {
      throw new StoreOpenException(
          "%s cannot be served: %s".formatted(device.name(), e.getMessage()), e);
    }
  }

  private void refuseUnfit(Superblock root) throws StoreOpenException {
    if (options.cluster() != null && !options.cluster().equals(root.cluster())) {
      throw new StoreOpenException(
          "%s belongs to cluster %s, not to this one (%s); nothing was changed on it"
              .formatted(device.name(), root.cluster(), options.cluster()));
    }
    LaneGeometry geometry = root.geometry();
    long needed = geometry.segmentOffset(geometry.segments());
    if (device.geometry().sizeBytes() < needed) {
      throw new StoreOpenException(
          "%s is shorter than when it was formatted: %d bytes of %d are there"
              .formatted(device.name(), device.geometry().sizeBytes(), needed));
    }
    if (geometry.alignmentBytes() % device.geometry().alignmentBytes() != 0) {
      throw new StoreOpenException(
          "%s was formatted for accesses of %d bytes, and this device wants %d"
              .formatted(
                  device.name(), geometry.alignmentBytes(), device.geometry().alignmentBytes()));
    }
    if (root.epoch() > Superblock.EPOCH_MAX - EPOCHS_RAISED) {
      throw new StoreOpenException(
          device.name() + " has used up its epochs: copy its volumes to a new pool");
    }
  }

  private LogStore recover(Superblock found) throws CorruptRecordException, StoreOpenException {
    LaneGeometry geometry = found.geometry();
    LogOptions logOptions = options.log(geometry);
    SegmentTable segments = new SegmentTable(geometry, freeSegments(geometry));
    SubmissionQueue submissions = new SubmissionQueue(device);
    HealthLog health = new HealthLog(device.name(), geometry, listener);
    IndexOptions indexOptions = options.sizing().index().apply(geometry.alignmentBytes());
    IndexPages pages = new IndexPages(segments, submissions, health, indexOptions.loadsMax());
    BlockIndex index = new BlockIndex(indexOptions, pages, new LedgerOfSegments(segments));
    StoreRelay relay =
        new StoreRelay(found.epoch() + EPOCHS_RAISED, new MappingOperation(index, health));
    VolumeKeys volumeKeys = new VolumeKeys(keys, new KeyRing(XtsProvider.best()), listener);
    VolumeCatalog catalog = new VolumeCatalog(index, relay, volumeKeys);
    RecordApplier applier = new RecordApplier(index, catalog, segments);

    List<CheckpointPieces.Place> places = restore(found, segments, index, catalog);
    LogReplay replay = replay(found, segments, logOptions, index, applier);
    // Not before: a piece may be the first thing of a segment that only replay gets to know.
    for (CheckpointPieces.Place place : places) {
      segments.countTree(place.address(), place.generation(), place.units());
    }
    catalog.onStarted();
    segments.offerRest();
    segments.restoreGenerationLast(segments.generationLast() + GENERATIONS_SKIPPED);
    Superblock root = openEpoch(found, replay);

    Memory memory = new Memory(logOptions, geometry, options.sizing());
    device.useArena(memory.arena);
    LogWriter log =
        new LogWriter(
            logOptions,
            new LogIdentity(root.secret(), geometry.lane(), root.epoch()),
            new LogWriter.Parts(segments, device, crc, clock, relay),
            memory.log,
            replay.sequenceNext());
    for (Stream stream : Stream.values()) {
      log.resume(stream, replay.segment(stream), replay.offset(stream));
    }
    MetaWriter meta = new MetaWriter(log, segments, crc);
    pages.appendTo(log, meta);
    Checkpointer checkpointer =
        new Checkpointer(
            new Checkpointer.Parts(segments, index, log, meta, submissions, crc),
            () -> catalog.snapshot().iterator(),
            root,
            places);
    SpaceGauge space =
        new SpaceGauge(
            segments, logOptions.reservedSegments() + 1, options.reservedSegments(geometry));
    BlockSealer sealer = new BlockSealer();
    WritePath writes =
        new WritePath(
            new WritePath.Parts(log, index, sealer, space, crc),
            logOptions.groupPayloadBytesMax() / VolumeGeometry.BLOCK_BYTES);
    GroupProof proof = new GroupProof(crc, root.secret(), geometry.lane());
    Cleaner.Parts cleaning =
        new Cleaner.Parts(segments, index, log, submissions, clock, admission(writes));
    GroupWindow window =
        new GroupWindow(memory.window, geometry, proof, crc, logOptions.metaHeaderBytes());
    Cleaner cleaner = new Cleaner(cleaning, window, health::groupDamaged);
    GroupWindow pageWindow = newWindow(logOptions, geometry, proof);
    Cleaner pageCleaner = new Cleaner(cleaning, pageWindow, health::groupDamaged);
    ReadPath reads =
        new ReadPath(
            new ReadPath.Parts(
                index, segments, submissions, new BlockOpener(volumeKeys.ring()), health),
            memory.arena,
            memory.readsOffset,
            options.sizing());
    StoreParts parts =
        new StoreParts(
            new StoreParts.LogSide(segments, index, log, checkpointer, cleaner, pageCleaner, pages),
            new StoreParts.VolumeSide(
                reads,
                writes,
                new AtomicUpdates(reads, writes, options.sizing().atomicUpdates()),
                new CompositeOperations(options.sizing().compositeOperations()),
                new CatalogWriter(writes),
                applier),
            space,
            submissions,
            health,
            options);
    LogStore store = new LogStore(device, parts, clock, newWindow(logOptions, geometry, proof));
    relay.connect(store, parts);
    return store;
  }

  private FreeSegments freeSegments(LaneGeometry geometry) {
    return device.isThin()
        ? FreeSegments.ofThinDevice(geometry.segments())
        : FreeSegments.of(geometry.segments());
  }

  private GroupWindow newWindow(LogOptions log, LaneGeometry geometry, GroupProof proof) {
    ByteBuffer memory =
        BufferUtil.allocateDirectAligned(LogReplay.windowBytes(log, geometry), 4096);
    return new GroupWindow(new UnsafeBuffer(memory), geometry, proof, crc, log.metaHeaderBytes());
  }

  private static MoveAdmission admission(WritePath writes) {
    return new MoveAdmission() {
      @Override
      public boolean admits(int blocks) {
        return writes.admitsRelocations(blocks);
      }

      @Override
      public void appended(int units) {
        writes.relocationAppended(units);
      }
    };
  }

  private List<CheckpointPieces.Place> restore(
      Superblock root, SegmentTable segments, BlockIndex index, VolumeCatalog catalog)
      throws CorruptRecordException {
    List<CheckpointPieces.Place> places = List.of();
    if (!root.checkpoint().equals(Pieces.NONE)) {
      CheckpointPieces pieces = new CheckpointPieces(polled, crc, root);
      UnsafeBuffer body = pieces.read();
      CheckpointBodyReader reader =
          new CheckpointBodyReader(body, body.capacity(), root.geometry());
      try {
        for (CheckpointVolume volume :
            reader.restore(root.checkpoint().number(), segments, new IndexRestore(index))) {
          catalog.restore(volume);
        }
      } catch (CorruptRecordException e) {
        throw pieces.placed(e);
      }
      places = pieces.places();
    }
    LogReplay.openCursors(root, segments);
    return places;
  }

  private LogReplay replay(
      Superblock root,
      SegmentTable segments,
      LogOptions logOptions,
      BlockIndex index,
      RecordApplier applier)
      throws CorruptRecordException {
    LogReplay replay = new LogReplay(root, polled, segments, logOptions, crc);
    replay.run((window, damaged) -> {
      new ReplayBounds(device.name(), index, applier.catalog(), window).check();
      replayGroup(window, damaged, applier);
    });
    return replay;
  }

  private void replayGroup(GroupWindow window, boolean damaged, RecordApplier applier)
      throws CorruptRecordException {
    if (damaged) {
      refuseDamagedCatalogue(window);
      listener.onTrouble(
          "group %d of %s was durable and its payload is damaged; the blocks that suffered are not served"
              .formatted(window.header().sequence(), device.name()));
    }
    try {
      applier.apply(
          window.records(),
          window.payloadBase(),
          window.header().generation(),
          window.memory(),
          window.firstPayload());
    } catch (CorruptRecordException e) {
      throw placed(String.valueOf(e.getMessage()), window);
    }
  }

  private CorruptRecordException placed(String complaint, GroupWindow window) {
    return new CorruptRecordException(
        "%s, in group %d of the log with its payload at device %s offset %d"
            .formatted(complaint, window.header().sequence(), device.name(), window.payloadBase()));
  }

  private void refuseDamagedCatalogue(GroupWindow window) throws CorruptRecordException {
    GroupRecords records = window.records();
    while (records.next()) {
      boolean catalogue =
          switch (records.record().type()) {
            case VOLUME, VOLUME_DELETED, RESERVATIONS, REJOIN -> true;
            default -> false;
          };
      if (catalogue) {
        throw placed("a change of the volumes is damaged", window);
      }
      records.skipBlocks();
    }
  }

  /// Makes the tail durable, and then the new epoch: no write id of it was ever used.
  private Superblock openEpoch(Superblock found, LogReplay replay) throws StoreOpenException {
    Superblock root =
        new Superblock(
            found.generation() + 1,
            found.device(),
            found.cluster(),
            found.secret(),
            found.geometry(),
            found.epoch() + EPOCHS_RAISED,
            false,
            found.replayFrom(),
            replay.sequenceNext(),
            found.checkpoint(),
            found.cursors(),
            found.scrub());
    DeviceStatus flushed = polled.flush();
    DeviceStatus written = flushed == DeviceStatus.OK ? slots.write(root) : flushed;
    if (written != DeviceStatus.OK) {
      throw new StoreOpenException(
          "%s cannot be served: opening a new epoch failed with %s"
              .formatted(device.name(), written));
    }
    return root;
  }

  /// The memory that the device is told of, cut up.
  private static final class Memory {
    final ByteBuffer arena;
    final ByteBuffer log;
    final UnsafeBuffer window;
    final int readsOffset;

    Memory(LogOptions log, LaneGeometry geometry, StoreOptions.Sizing sizing) {
      int logBytes = LogWriter.memoryBytes(log);
      int windowBytes = LogReplay.windowBytes(log, geometry);
      int readBytes = ReadPath.memoryBytes(sizing);
      arena = BufferUtil.allocateDirectAligned(logBytes + windowBytes + readBytes, 4096);
      this.log = arena.slice(0, logBytes);
      window = new UnsafeBuffer(arena, logBytes, windowBytes);
      readsOffset = logBytes + windowBytes;
    }
  }
}
