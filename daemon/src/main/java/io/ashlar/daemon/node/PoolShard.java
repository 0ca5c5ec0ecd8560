package io.ashlar.daemon.node;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.qos.ThrottledVolume;
import io.ashlar.core.store.CatalogChange;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.store.ScrubStatus;
import io.ashlar.core.store.StoreStatistics;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.daemon.metrics.MeteredVolume;
import io.ashlar.daemon.metrics.VolumeCounters;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The store on its shard, as control threads use it: every method hops to the shard's thread and
/// waits for what it did there.
final class PoolShard implements AutoCloseable {
  private static final long CLOSE_PATIENCE_NS = 30_000_000_000L;
  private static final long CLOSE_PAUSE_NS = 1_000_000L;

  private final ShardLoop loop;
  private final LocalBlockDevice device;
  private final LogStore store;
  private final PoolTrouble trouble;
  private final ThrottleTurns turns = new ThrottleTurns();
  private final Map<VolumeId, VolumeFront> fronts = new ConcurrentHashMap<>();

  /// Takes over an opened store, and gives it its turns.
  ///
  /// @param trouble hears of the store's damage
  PoolShard(ShardLoop loop, LocalBlockDevice device, LogStore store, PoolTrouble trouble) {
    this.loop = loop;
    this.device = device;
    this.store = store;
    this.trouble = trouble;
    run(() -> {
      loop.watch(device);
      loop.add(turns);
      loop.add(store);
    });
  }

  private void run(Runnable action) {
    boolean _ =
        loop.call(() -> {
          action.run();
          return true;
        });
  }

  LocalBlockDevice device() {
    return device;
  }

  PoolTrouble trouble() {
    return trouble;
  }

  /// Whether the device takes no writes any more.
  boolean isFailed() {
    return loop.call(store::isFailed);
  }

  /// See [LocalBlockDevice#unbackedBytes].
  long unbackedBytes() {
    return loop.call(device::unbackedBytes);
  }

  StoreStatistics statistics() {
    return loop.call(store::statistics);
  }

  /// Whether anything can be read and written anew.
  boolean canScrub() {
    return !loop.isFailed() && !isFailed();
  }

  ScrubStatus scrubStatus() {
    return loop.call(store::scrubStatus);
  }

  /// Starts a pass, or makes the slow one under way fast.
  ///
  /// @return whether there was none that somebody had asked for
  boolean startScrub() {
    return loop.call(() -> {
      boolean isNew = !store.scrubStatus().asked();
      if (isNew) {
        store.startScrub();
      }
      return isNew;
    });
  }

  /// Ends the pass under way.
  ///
  /// @return whether there was one
  boolean stopScrub() {
    return loop.call(() -> {
      boolean wasRunning = store.scrubStatus().running();
      if (wasRunning) {
        store.stopScrub();
      }
      return wasRunning;
    });
  }

  /// What the device knows of its volumes.
  List<VolumeEntry> entries() {
    return loop.call(store::volumes);
  }

  /// Whether the volume's key is not to be had, so that it cannot be served.
  boolean isLocked(VolumeId id) {
    return loop.call(() -> store.isLocked(id));
  }

  void create(VolumeEntry entry) {
    change("Volume '" + entry.name() + "'", done -> store.createVolume(entry, done));
  }

  void replace(VolumeEntry entry) {
    change("Volume '" + entry.name() + "'", done -> store.changeVolume(entry, done));
  }

  void delete(VolumeId id) {
    VolumeFront front = fronts.remove(id);
    if (front != null) {
      run(() -> turns.remove(front.throttled()));
    }
    change("Volume " + id, done -> store.deleteVolume(id, done));
  }

  @FunctionalInterface
  private interface Change {
    void begin(CatalogChange done);
  }

  private void change(String subject, Change change) {
    if (loop.isFailed()) {
      throw new ControlException(
          ProblemCode.NOT_READY, subject + ": the shard found itself broken and stopped.");
    }
    BlockStatus status = loop.ask(answer -> change.begin(answer::complete));
    switch (status) {
      case OK -> {}
      case NO_SPACE ->
          throw new ControlException(
              ProblemCode.POOL_FULL, subject + ": the pool has no room to record it; delete some.");
      default ->
          throw new ControlException(
              ProblemCode.NOT_READY,
              subject + ": the pool answered " + status + "; see 'ashlar pool show' and the log.");
    }
  }

  /// A volume's front door, with its limits set; the same one each time.
  VolumeFront front(VolumeId id, QosLimits limits) {
    return loop.call(() -> {
      VolumeFront front = fronts.computeIfAbsent(id, this::newFront);
      front.throttled().limits(limits);
      turns.reconsider(front.throttled());
      return front;
    });
  }

  private VolumeFront newFront(VolumeId id) {
    BlockVolume volume = store.volume(id);
    if (volume == null) {
      throw new ControlException(ProblemCode.INTERNAL, "The pool has no volume " + id + ".");
    }
    VolumeCounters counters = new VolumeCounters();
    ThrottledVolume throttled = new ThrottledVolume(volume, SystemClock.INSTANCE);
    MeteredVolume metered = new MeteredVolume(throttled, counters, SystemClock.INSTANCE);
    return new VolumeFront(new FailStopVolume(metered, loop::fail), throttled, counters);
  }

  /// The front door of a volume that was opened before.
  @Nullable VolumeFront front(VolumeId id) {
    return fronts.get(id);
  }

  /// Ends the store in good order: what is under way ends, a last checkpoint is made. The device
  /// stays open. A shard that found itself broken writes nothing more.
  @Override
  public void close() {
    if (!loop.isFailed()) {
      run(store::close);
      awaitClosed();
    }
    run(() -> {
      loop.remove(store);
      loop.remove(turns);
      loop.unwatch(device);
    });
  }

  private void awaitClosed() {
    long deadlineNs = System.nanoTime() + CLOSE_PATIENCE_NS;
    while (!loop.call(store::isClosed) && System.nanoTime() < deadlineNs) {
      LockSupport.parkNanos(CLOSE_PAUSE_NS);
    }
  }
}
