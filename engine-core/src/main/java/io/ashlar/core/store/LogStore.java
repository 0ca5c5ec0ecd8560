package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Clock;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.base.ShardAgent;
import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.segment.Group;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogListener;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One lane of one device, serving: volumes over a log. [StoreOpening] makes it. Everything happens
/// on one thread, from [#doWork] or from a volume's `submit`.
public final class LogStore implements ShardAgent, LogListener {
  /// Blocks of each record of a write that is too long for one, and of each step of a copy.
  public static final int PIECE_BLOCKS = IoBuffers.LARGE_BLOCKS;

  /// After so long without a write the log's trailing mark is written.
  private static final long MARK_AFTER_NS = 100_000_000L;

  private final BlockDevice device;
  private final StoreParts parts;
  private final GroupRecords records;
  private final Background background;
  private final SegmentPreparation preparation;
  private final BackgroundScrub scrub;
  private boolean failed;
  private boolean isClosing;
  private boolean isClosed;
  private long lastWriteNs;
  private long nowNs;

  LogStore(BlockDevice device, StoreParts parts, Clock clock, GroupWindow scrubWindow) {
    this.device = device;
    this.parts = parts;
    nowNs = clock.nanoTime();
    scrub = new BackgroundScrub(parts, clock, scrubWindow);
    records = new GroupRecords();
    background = new Background(parts, nowNs);
    preparation =
        new SegmentPreparation(
            device, parts.segments(), parts.submissions(), parts.space().reservedSegments());
  }

  /// Formats a device: everything on it is lost.
  ///
  /// @throws StoreOpenException if the device cannot be written
  public static void format(BlockDevice device, StoreFormat format) throws StoreOpenException {
    StoreFormatting.format(device, format);
  }

  /// Opens a formatted device, recovering what a crash left behind. Waits for the device: not for a
  /// loop that serves.
  ///
  /// @param keys where the volumes' keys are unwrapped; may be slow
  /// @param listener hears of damage
  /// @throws StoreOpenException with the reason if it cannot be served
  public static LogStore open(
      BlockDevice device,
      StoreOptions options,
      Clock clock,
      KeyProvider keys,
      HealthLog.Listener listener)
      throws StoreOpenException {
    return new StoreOpening(device, options, clock, keys, listener).open();
  }

  @Override
  public int doWork(long nowNs) {
    this.nowNs = nowNs;
    int work = device.poll();
    parts.submissions().drain();
    work += parts.pages().drain();
    work += parts.index().doWork();
    work += parts.reads().drain() + parts.updates().drain() + parts.composites().drain();
    if (!failed) {
      work += parts.writes().drain() + parts.catalogWriter().drain();
      work += background.doWork(nowNs, isClosing);
      work += isClosing ? 0 : preparation.doWork();
      work += scrub.doWork(nowNs, isClosing);
      if (scrub.wantsCheckpoint()) {
        background.requestCheckpoint();
      }
      failIfRootIsRefused();
      work += parts.log().doWork();
      markIfIdle(work);
    }
    parts.submissions().drain();
    work += device.poll();
    if (isClosing && !isClosed) {
      closeIfQuiet();
    }
    return work;
  }

  /// Without a root there will be no checkpoint, so sooner or later no room: better to say so now.
  private void failIfRootIsRefused() {
    if (parts.checkpointer().phase() == Checkpointer.Phase.FAILED) {
      parts.health().writeFailed(parts.checkpointer().failure());
      fail();
    }
  }

  private void markIfIdle(int work) {
    boolean idle = work == 0 && parts.log().needsMark();
    if (idle && nowNs - lastWriteNs >= MARK_AFTER_NS && parts.log().markIfNeeded()) {
      lastWriteNs = nowNs;
    }
  }

  @Override
  public long deadlineNs() {
    if (failed) {
      return Long.MAX_VALUE;
    }
    long mark = parts.log().needsMark() ? lastWriteNs + MARK_AFTER_NS : Long.MAX_VALUE;
    long own = Math.min(mark, parts.log().deadlineNs());
    return Math.min(own, Math.min(background.deadlineNs(), scrub.deadlineNs()));
  }

  // What the log tells.

  @Override
  public void onDurable(Group group) {
    long payload =
        parts.segments().geometry().segmentOffset(group.segment()) + group.payloadOffset();
    try {
      parts
          .applier()
          .apply(
              records.wrap(group.header(), payload),
              payload,
              group.generation(),
              group.memory(),
              group.firstPayload());
    } catch (CorruptRecordException e) {
      throw new CheckFailedException("a group that was just written is sound: " + e.getMessage());
    }
    if (group.stream() != Stream.META) {
      parts
          .writes()
          .published(parts.applier().points(), parts.applier().ranges(), parts.applier().units());
    }
    background.published(parts.applier().points() + parts.applier().ranges());
    lastWriteNs = nowNs;
    completeAll(group.takeWaiting(), BlockStatus.OK);
  }

  @Override
  public void onFailed(Group group, DeviceRequest request) {
    parts.health().writeFailed(request);
    fail();
  }

  private void fail() {
    failed = true;
    parts.log().failAll(group -> completeAll(group.takeWaiting(), BlockStatus.OFFLINE));
    parts.writes().failWaiting();
    parts.catalogWriter().fail();
  }

  private static void completeAll(@Nullable BlockRequest first, BlockStatus status) {
    BlockRequest request = first;
    while (request != null) {
      BlockRequest rest = request.next;
      request.next = null;
      if (request.slot instanceof WriteTurn) {
        WritePath.end(request, status);
      } else {
        request.complete(status);
      }
      request = rest;
    }
  }

  // Volumes.

  /// Creates a volume. Its wrapped keys must already be unwrappable by the store's key provider.
  public void createVolume(VolumeEntry entry, CatalogChange change) {
    VolumeId id = new VolumeId(entry.uuid());
    boolean taken =
        parts.catalog().find(id) != null || parts.catalog().ofLayer(entry.layer()) != null;
    Check.that(!taken, "a volume's identity and layer are new", entry.layer());
    parts.catalogWriter().put(entry, change);
  }

  /// Makes a volume larger, or replaces its entry otherwise (compression, keys, name). What cannot
  /// be ends as INVALID: a smaller size, another identity or logical block, a volume that is being
  /// deleted.
  public void changeVolume(VolumeEntry entry, CatalogChange change) {
    LocalVolume volume = parts.catalog().ofLayer(entry.layer());
    if (volume == null || !volume.promise(entry)) {
      change.onDone(BlockStatus.INVALID);
      return;
    }
    parts.catalogWriter().put(entry, change);
  }

  /// Deletes a volume: its space comes back in the background, its keys are wiped at once.
  public void deleteVolume(VolumeId id, CatalogChange change) {
    LocalVolume volume = parts.catalog().find(id);
    if (volume == null) {
      change.onDone(BlockStatus.OFFLINE);
      return;
    }
    volume.goneForGood();
    parts.catalogWriter().delete(volume.layer(), change);
  }

  /// The volume, or null if this store has none of that id.
  public @Nullable BlockVolume volume(VolumeId id) {
    return parts.catalog().find(id);
  }

  /// Lets `listener` hear of every record of the volume's history from now on; null for nobody.
  public void historyOf(VolumeId id, @Nullable HistoryListener listener) {
    known(id).historyTo(listener);
  }

  /// Whether a record is the volume's, within it, and what comes next in its history as far as this
  /// store has it: in its epoch, or as the beginning of a newer one; and no longer than a group of
  /// this device, whose segments may be smaller than those that it was sealed for.
  public boolean follows(VolumeId id, SealedRecord record) {
    return parts.writes().fits(record) && known(id).mayTake(record.record());
  }

  /// Appends a record of the volume's history that another replica sequenced and sealed. The
  /// volume's [#history] and its listener tell when it is durable.
  ///
  /// @return false if there is no room for it now
  public boolean append(VolumeId id, SealedRecord record) {
    Check.that(follows(id, record), "a record that follows", record.record().writeId());
    return !failed && parts.writes().appendSealed(known(id), record);
  }

  /// Begins an epoch of the volume, newer than any before: from then on this store sequences its
  /// writes, in that epoch. A volume that has epochs takes no host's writes before. `request`
  /// completes once the beginning is durable.
  ///
  /// @return false if there is no room for it now
  public boolean lead(VolumeId id, int epoch, BlockRequest request) {
    LocalVolume volume = known(id);
    boolean isNewer = epoch > volume.history().sequencedEpoch() && epoch <= Superblock.EPOCH_MAX;
    Check.that(isNewer, "an epoch begins once", epoch);
    return !failed && parts.writes().appendEpoch(volume, epoch, request);
  }

  /// Says, durably, that nothing of a volume that is led here is in doubt any more: what was no
  /// part of its history was written anew.
  ///
  /// @return false if there is no room for it now
  public boolean level(VolumeId id) {
    return !failed && parts.writes().appendLevel(known(id));
  }

  /// Ends what [#lead] began: no write is sequenced here any more, not even one that waits already.
  public void resign(VolumeId id) {
    known(id).resign();
  }

  /// How far this store has the volume's history; to be looked at, and not to be kept.
  public VolumeHistory history(VolumeId id) {
    return known(id).history();
  }

  /// Reads what of the volume is newer than `since`, for a replica that catches up.
  public ChangeScan changes(VolumeId id, long since, ChangeScan.Overwrites overwrites) {
    return new ChangeScan(parts.reads(), known(id), new Crc32c(), since, overwrites);
  }

  /// Looks for blocks whose version is newer than `since` and no part of the volume's history.
  public DivergedScan diverged(VolumeId id, long since) {
    return new DivergedScan(parts.reads(), known(id), since);
  }

  /// The number by which records name the volume.
  public int layer(VolumeId id) {
    return known(id).layer();
  }

  private LocalVolume known(VolumeId id) {
    return Check.present(parts.catalog().find(id), "a volume of this store");
  }

  /// What the device knows of its volumes.
  public List<VolumeEntry> volumes() {
    List<VolumeEntry> entries = new ArrayList<>();
    for (LocalVolume volume : parts.catalog().volumes()) {
      entries.add(volume.entry());
    }
    return entries;
  }

  /// Whether the volume's key is not to be had, so that it cannot be served.
  public boolean isLocked(VolumeId id) {
    LocalVolume volume = parts.catalog().find(id);
    return volume == null || volume.isLocked();
  }

  /// Has all that lives on the device read and checked every so often.
  ///
  /// @param nanoseconds about how long a pass takes, and how far apart they begin; 0 for never
  public void scrubEvery(long nanoseconds) {
    scrub.every(nanoseconds);
  }

  /// Starts a pass now, faster than those that begin by themselves.
  public void startScrub() {
    scrub.start();
  }

  /// Ends the pass under way.
  public void stopScrub() {
    scrub.stop();
  }

  public ScrubStatus scrubStatus() {
    return scrub.status();
  }

  public StoreStatistics statistics() {
    return StoreStatistics.of(parts);
  }

  public HealthLog health() {
    return parts.health();
  }

  /// The superblock that counts now.
  public Superblock root() {
    return parts.checkpointer().root();
  }

  /// Whether the device takes no writes any more.
  public boolean isFailed() {
    return failed;
  }

  /// Asks for a checkpoint as soon as possible.
  public void requestCheckpoint() {
    background.requestCheckpoint();
  }

  /// Whether nothing is under way but what idles anyway.
  public boolean isQuiet() {
    return parts.isIdle()
        && device.inFlight() == 0
        && background.isQuiet()
        && (failed || preparation.isQuiet());
  }

  /// Asks for an orderly end: what is under way ends, a last checkpoint is made. [#isClosed] tells
  /// when to close the device. New requests must not come any more.
  public void close() {
    isClosing = true;
  }

  public boolean isClosed() {
    return isClosed;
  }

  private void closeIfQuiet() {
    if (failed) {
      isClosed = device.inFlight() == 0;
    } else if (background.isLastCheckpointDone()) {
      isClosed = device.inFlight() == 0;
    }
    if (isClosed) {
      parts.catalog().keyRing().destroy();
    }
  }

  boolean isSpaceExhausted(boolean fullOfLiveData) {
    return background.isSpaceExhausted(fullOfLiveData);
  }

  SegmentTable segments() {
    return parts.segments();
  }

  Checkpointer.Phase checkpointPhase() {
    return parts.checkpointer().phase();
  }
}
