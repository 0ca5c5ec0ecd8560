package io.ashlar.simulation;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A disk in memory that behaves as badly as a real one may, the same way for the same seed:
/// requests end in any order, a completed write is lost by a crash unless it was flushed or
/// durable, and faults come when ordered or by chance. It also catches misuse: unfit requests, and
/// memory that is touched while the disk has it.
///
/// For crash points, see [#state], [#stopAtWrite] and [#onCrashPoints]: one run of a workload can
/// be crashed at each of its writes in every way that [CrashChoice#enumerate] lists.
public final class SimulatedBlockDevice implements BlockDevice {
  private static final int ERRNO_EIO = 5;
  private static final int ERRNO_ENODEV = 19;
  private static final long HASH_PRIME = 0x9E3779B97F4A7C15L;

  private final String name;
  private final SimulatedDiskOptions options;
  private final Clock clock;
  private final DiskImage medium;
  private final DiskCache cache;
  private final FaultDice faults;
  private final SplittableRandom latencyDice;
  private final SplittableRandom orderDice;
  private final SplittableRandom effectDice;
  private final ArrayList<InFlight> inFlight = new ArrayList<>();
  private Condition condition = Condition.WORKING;
  private @Nullable CrashPoints crashPoints;
  private long stopAtWrite = Long.MAX_VALUE;
  private long writes;
  private long operationsHash;
  private long latencyNsMin;
  private long latencyNsMax;

  private enum Condition {
    /// Takes and ends requests.
    WORKING,
    /// The power failed at a crash point: requests are taken and never end.
    STOPPED,
    /// Unplugged: every request ends as [DeviceStatus#GONE].
    GONE,
    /// Closed by its owner.
    CLOSED
  }

  /// A request that the disk has. For a flush, `cacheSequence` is what it must make durable; for a
  /// write, `unsynced` is what a crash may keep of it.
  private record InFlight(
      DeviceRequest request,
      long dueNs,
      long cacheSequence,
      @Nullable DiskFault fault,
      @Nullable DiskMemory memory,
      @Nullable UnsyncedWrite unsynced) {
    InFlight due(long nextDueNs) {
      return new InFlight(request, nextDueNs, cacheSequence, fault, memory, unsynced);
    }
  }

  /// A new, empty disk.
  public SimulatedBlockDevice(String name, SimulatedDiskOptions options, Clock clock) {
    this(name, options, clock, new DiskImage(options.geometry().sizeBytes()));
  }

  /// A disk that holds `medium`, from now on its own.
  public SimulatedBlockDevice(
      String name, SimulatedDiskOptions options, Clock clock, DiskImage medium) {
    Check.that(medium.sizeBytes() == options.geometry().sizeBytes(), "medium has the disk's size");
    this.name = name;
    this.options = options;
    this.clock = clock;
    this.medium = medium;
    this.cache = new DiskCache(medium);
    latencyNsMin = options.latencyNsMin();
    latencyNsMax = options.latencyNsMax();
    SplittableRandom seeds = new SplittableRandom(options.seed());
    this.latencyDice = seeds.split();
    this.orderDice = seeds.split();
    this.effectDice = seeds.split();
    this.faults = new FaultDice(seeds.split());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceGeometry geometry() {
    return options.geometry();
  }

  @Override
  public void useArena(ByteBuffer arena) {
    Check.that(arena.isDirect(), "the arena lies outside the heap");
    Check.that(inFlight.isEmpty(), "the arena comes while nothing is in flight");
  }

  @Override
  public boolean submit(DeviceRequest request) {
    Check.that(condition != Condition.CLOSED, "the device is open");
    options.geometry().check(request);
    if (inFlight.size() == options.geometry().queueDepth()) {
      return false;
    }
    for (InFlight other : inFlight) {
      Check.that(other.request != request, "a request is submitted once");
    }
    InFlight entry = accept(request);
    inFlight.add(entry);
    if (entry.unsynced != null && condition == Condition.WORKING) {
      reachCrashPoint();
    }
    return true;
  }

  private InFlight accept(DeviceRequest request) {
    DiskFault fault = faults.draw(request.operation);
    DiskMemory memory = DiskMemory.of(request);
    UnsyncedWrite unsynced = null;
    if (request.operation == DeviceOperation.WRITE
        || request.operation == DeviceOperation.WRITE_DURABLE) {
      byte[] data = requireNonNull(memory).written();
      if (condition == Condition.WORKING) {
        unsynced = UnsyncedWrite.inFlight(++writes, request.offset, data);
        hash(Arrays.hashCode(data));
      }
    }
    hash(request.operation.name().hashCode());
    hash(request.offset);
    hash(request.length);
    return new InFlight(request, dueNs(fault), cache.lastSequence(), fault, memory, unsynced);
  }

  private long dueNs(@Nullable DiskFault fault) {
    if (fault == DiskFault.STUCK) {
      return Long.MAX_VALUE;
    }
    if (fault == DiskFault.SLOW) {
      return clock.nanoTime() + options.slowNs();
    }
    return clock.nanoTime() + latencyDice.nextLong(latencyNsMin, latencyNsMax + 1);
  }

  private void reachCrashPoint() {
    if (crashPoints != null) {
      crashPoints.onWrite(state());
    }
    if (writes == stopAtWrite) {
      condition = Condition.STOPPED;
    }
  }

  @Override
  public int poll() {
    Check.that(condition != Condition.CLOSED, "the device is open");
    long nowNs = clock.nanoTime();
    List<InFlight> due = new ArrayList<>();
    for (InFlight entry : inFlight) {
      if (entry.dueNs <= nowNs || condition == Condition.GONE) {
        due.add(entry);
      }
    }
    shuffle(due);
    int ended = 0;
    for (InFlight entry : due) {
      if (condition == Condition.STOPPED || condition == Condition.CLOSED) {
        break;
      }
      inFlight.remove(entry);
      end(entry);
      ended++;
    }
    return ended;
  }

  private void shuffle(List<InFlight> due) {
    for (int i = due.size() - 1; i > 0; i--) {
      int other = orderDice.nextInt(i + 1);
      InFlight swapped = due.set(other, due.get(i));
      due.set(i, swapped);
    }
  }

  private void end(InFlight entry) {
    DeviceRequest request = entry.request;
    if (entry.memory != null) {
      entry.memory.checkUntouched();
    }
    request.status = condition == Condition.GONE ? DeviceStatus.GONE : carryOut(entry);
    request.errno =
        switch (request.status) {
          case OK -> 0;
          case GONE -> ERRNO_ENODEV;
          default -> ERRNO_EIO;
        };
    hash(request.status.name().hashCode());
    hash(request.offset);
    request.completion.onComplete(request);
  }

  private DeviceStatus carryOut(InFlight entry) {
    return switch (entry.request.operation) {
      case READ -> read(entry);
      case WRITE, WRITE_DURABLE -> write(entry, requireNonNull(entry.unsynced));
      case FLUSH -> {
        cache.destageThrough(entry.cacheSequence);
        yield DeviceStatus.OK;
      }
      case DISCARD -> {
        discard(entry.request.offset, entry.request.length);
        yield DeviceStatus.OK;
      }
    };
  }

  private DeviceStatus read(InFlight entry) {
    DeviceRequest request = entry.request;
    int length = (int) request.length;
    if (entry.fault == DiskFault.READ_ERROR) {
      return DeviceStatus.IO_ERROR;
    }
    if (entry.fault == DiskFault.BIT_ROT) {
      medium.flipBit(request.offset + effectDice.nextInt(length), effectDice.nextInt(Byte.SIZE));
    }
    DiskMemory memory = requireNonNull(entry.memory);
    medium.read(request.offset, memory.buffer(), 0, length);
    cache.overlay(request.offset, memory.buffer(), length);
    return DeviceStatus.OK;
  }

  private DeviceStatus write(InFlight entry, UnsyncedWrite write) {
    if (entry.fault == DiskFault.LOST_WRITE) {
      return DeviceStatus.OK;
    }
    if (entry.fault == DiskFault.WRITE_ERROR) {
      int sectors = effectDice.nextInt(write.sectors() + 1);
      write.applyTo(medium, 0, sectors);
      cache.supersede(write.offset(), (long) sectors * UnsyncedWrite.SECTOR_BYTES);
      return DeviceStatus.IO_ERROR;
    }
    UnsyncedWrite placed = entry.fault == DiskFault.MISDIRECTED_WRITE ? misdirected(write) : write;
    boolean isDurable = entry.request.operation == DeviceOperation.WRITE_DURABLE;
    if (isDurable || !options.geometry().volatileCache()) {
      placed.applyTo(medium, 0, placed.sectors());
      cache.supersede(placed.offset(), placed.data().length);
    } else {
      cache.add(placed);
      if (cache.size() > options.cachedWritesMax()) {
        cache.destage(effectDice.nextInt(cache.size()));
      }
    }
    return DeviceStatus.OK;
  }

  private UnsyncedWrite misdirected(UnsyncedWrite write) {
    int alignment = options.geometry().alignmentBytes();
    long places = (options.geometry().sizeBytes() - write.data().length) / alignment + 1;
    long offset = effectDice.nextLong(places) * alignment;
    return UnsyncedWrite.inFlight(write.number(), offset, write.data());
  }

  /// What is read from a discarded range is undefined, so the dice choose: the old bytes, zeroes,
  /// or noise.
  private void discard(long offset, long length) {
    int outcome = effectDice.nextInt(3);
    if (outcome > 0) {
      medium.fill(offset, length, outcome == 1 ? 0 : DiskMemory.POISON);
      cache.supersede(offset, length);
    }
  }

  @Override
  public int inFlight() {
    return inFlight.size();
  }

  @Override
  public void close() {
    inFlight.clear();
    condition = Condition.CLOSED;
  }

  /// When the next request ends, for whoever moves the clock; `Long.MAX_VALUE` if none will.
  public long nextEndNs() {
    long next = Long.MAX_VALUE;
    for (InFlight entry : inFlight) {
      next = Math.min(next, entry.dueNs);
    }
    return condition == Condition.WORKING ? next : Long.MAX_VALUE;
  }

  /// How many writes the disk was given.
  public long writes() {
    return writes;
  }

  /// Depends on every request, its data, its status and the order of all ends: equal for two runs
  /// of one seed, or something was not deterministic.
  public long operationsHash() {
    return operationsHash;
  }

  /// The disk as it is now, for [DiskState#crashed].
  public DiskState state() {
    List<UnsyncedWrite> unsynced = new ArrayList<>();
    cache.addTo(unsynced);
    for (InFlight entry : inFlight) {
      if (entry.unsynced != null) {
        unsynced.add(entry.unsynced);
      }
    }
    return new DiskState(medium.fork(), unsynced, writes);
  }

  /// Fails the power, and returns the disk as it comes up again. This one stays behind and never
  /// ends another request.
  public SimulatedBlockDevice crash(CrashChoice choice) {
    DiskState last = state();
    condition = Condition.STOPPED;
    return new SimulatedBlockDevice(name, options, clock, last.crashed(choice));
  }

  /// Ends the process that used the disk, while the power stays: what was in flight goes on or not
  /// as `choice` says, and what goes on ends in the volatile cache.
  public SimulatedBlockDevice kill(CrashChoice choice) {
    DiskState last = state();
    condition = Condition.STOPPED;
    SimulatedBlockDevice next =
        new SimulatedBlockDevice(name, options, clock, last.crashed(CrashChoice.loseAll()));
    for (int i = 0; i < last.unsynced().size(); i++) {
      UnsyncedWrite write = last.unsynced().get(i);
      if (choice.kept().get(i) || write.progress() == UnsyncedWrite.Progress.CACHED) {
        next.cache.add(write);
      }
    }
    return next;
  }

  /// Fails the power just after the disk was given its `number`th write, counted from 1: nothing
  /// ends after that. [#crash] then decides what became of that write.
  public void stopAtWrite(long number) {
    Check.that(number > writes, "the write is still to come", number, writes);
    stopAtWrite = number;
  }

  public boolean isStopped() {
    return condition == Condition.STOPPED;
  }

  /// Shows every following crash point to `observer`.
  public void onCrashPoints(CrashPoints observer) {
    crashPoints = observer;
  }

  /// From now on each request to which it can happen meets `fault` with this probability.
  public void faultRate(DiskFault fault, int requestsPerMillion) {
    faults.rate(fault, requestsPerMillion);
  }

  /// The next request to which it can happen meets `fault`.
  public void faultNext(DiskFault fault) {
    faults.order(fault);
  }

  /// From now on requests take as long as this, for tests whose start polls a clock that stands.
  public void latency(long nsMin, long nsMax) {
    Check.that(nsMin >= 0 && nsMin <= nsMax, "latencies", nsMin, nsMax);
    latencyNsMin = nsMin;
    latencyNsMax = nsMax;
  }

  /// Turns one bit over on the medium.
  public void flipBit(long offset, int bit) {
    medium.flipBit(offset, bit);
  }

  /// Lets stuck requests end.
  public void unstick() {
    inFlight.replaceAll(
        entry -> entry.dueNs == Long.MAX_VALUE ? entry.due(clock.nanoTime()) : entry);
  }

  /// Unplugs the disk: what is in flight and all that follows ends as [DeviceStatus#GONE].
  public void unplug() {
    condition = Condition.GONE;
  }

  private void hash(long value) {
    operationsHash = Long.rotateLeft(operationsHash ^ value, 23) * HASH_PRIME;
  }
}
