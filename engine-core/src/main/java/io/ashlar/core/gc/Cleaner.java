package io.ashlar.core.gc;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.Liveness;
import io.ashlar.core.segment.Group;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.segment.WindowLoad;
import org.agrona.concurrent.UnsafeBuffer;

/// Empties one segment at a time. It reads the victim's groups in order, asks the index of 32
/// blocks at once whether they live, and appends those that do to the COLD stream with their old
/// write ids. The moves take effect when they are durable, and only where the block has not been
/// overwritten meanwhile; the victim is free after the next checkpoint.
public final class Cleaner {
  /// What the cleaner is doing.
  public enum Phase {
    /// No victim; moved on by [#start].
    IDLE,
    /// The segments are looked through for the best victim; moved on by [#doWork].
    CHOOSE,
    /// A piece of the victim is to be read; moved on by [#doWork].
    READ,
    /// The device reads it; moved on by the device.
    READING,
    /// The group at the present offset is to be judged; moved on by [#doWork].
    JUDGE,
    /// The next blocks of the group are to be asked about; moved on by [#doWork].
    GATHER,
    /// The index is asked; moved on by the probes.
    ASKING,
    /// Living blocks are to be appended; moved on by [#doWork].
    MOVE,
    /// The record that frees the victim is to be appended; moved on by [#doWork].
    RELEASE
  }

  private static final int PROBES = 32;
  private static final int PIECE_BYTES = 256 * 1024;

  /// What the cleaner works on.
  public record Parts(
      SegmentTable segments,
      BlockIndex index,
      LogWriter log,
      SubmissionQueue device,
      Clock clock,
      MoveAdmission admission) {}

  /// Hears of damage in a victim.
  @FunctionalInterface
  public interface DamageListener {
    void onGroupDamaged(int segment, int offset);
  }

  private final Parts parts;
  private final GroupWindow window;
  private final VictimPolicy policy;
  private final DamageListener damage;
  private final WindowLoad load;
  private final Probe[] probes = new Probe[PROBES];
  private GroupRecords walk;
  private Phase phase = Phase.IDLE;
  private int victim = -1;
  private int offset;
  private int gathered;
  private int moved;
  private int pending;
  private boolean groupDone;
  private boolean isDamaged;
  private boolean isExhausted;
  private boolean needsMerge;
  private long victimsCleaned;
  private long bytesMoved;
  private double victimUtilization;

  /// @param window room for the longest group
  public Cleaner(Parts parts, GroupWindow window, DamageListener damage) {
    this.parts = parts;
    this.window = window;
    this.damage = damage;
    policy = new VictimPolicy(parts.segments);
    load =
        new WindowLoad(window, parts.segments.geometry(), parts.device, PIECE_BYTES, this::onRead);
    walk = new GroupRecords();
    for (int i = 0; i < PROBES; i++) {
      probes[i] = new Probe(this);
    }
  }

  public boolean isIdle() {
    return phase == Phase.IDLE;
  }

  /// Looks for a victim among segments of blocks, and cleans it if there is one worth it.
  ///
  /// @param replayFrom of the superblock that counts
  public void start(long replayFrom) {
    Check.that(phase == Phase.IDLE, "one victim at a time");
    policy.beginBlocks(replayFrom);
    phase = Phase.CHOOSE;
  }

  /// As [#start] among segments of index pages: what lives in them is rewritten by the next
  /// checkpoint.
  public void startPages(long replayFrom) {
    Check.that(phase == Phase.IDLE, "one victim at a time");
    policy.beginPages(replayFrom);
    phase = Phase.CHOOSE;
  }

  /// Whether the last [#start] or [#startPages] found no victim worth it.
  public boolean isExhausted() {
    return isExhausted;
  }

  /// Whether it cannot go on before the index begins another merge.
  public boolean needsMerge() {
    return needsMerge;
  }

  /// Lets it look again, because a checkpoint made better victims.
  public void refresh() {
    isExhausted = false;
  }

  /// Does a piece of work, at most 32 blocks.
  ///
  /// @return 0 if there is nothing to do, or nothing that can be done now
  public int doWork() {
    Phase before = phase;
    int movedBefore = moved;
    switch (before) {
      case CHOOSE -> choose();
      case READ -> startRead();
      case JUDGE -> judge();
      case GATHER -> gather();
      case MOVE -> move();
      case RELEASE -> release();
      case IDLE, READING, ASKING -> {}
    }
    return phase == before && moved == movedBefore && before != Phase.CHOOSE ? 0 : 1;
  }

  private void choose() {
    if (!policy.step()) {
      return;
    }
    victim = policy.best();
    if (victim < 0) {
      isExhausted = true;
      phase = Phase.IDLE;
      return;
    }
    // A checkpoint may find it dead meanwhile; it must not be opened anew while it is read.
    parts.segments.pin(victim);
    offset = 0;
    load.restart();
    isDamaged = false;
    long units = Sectors.holding(parts.segments.geometry().segmentBytes());
    victimUtilization = (double) parts.segments.liveUnits(victim) / units;
    phase = parts.segments.liveUnits(victim) == 0 ? Phase.RELEASE : Phase.READ;
  }

  private void startRead() {
    phase = Phase.READING;
    load.readPiece(victim, offset);
  }

  private void onRead(DeviceRequest request) {
    if (request.status != DeviceStatus.OK) {
      giveUp();
      return;
    }
    phase = load.onPiece(victim, offset) ? Phase.JUDGE : Phase.READ;
  }

  private void judge() {
    if (offset >= parts.segments.usedBytes(victim)) {
      finish();
      return;
    }
    if (!window.holdsHeader(victim, offset)) {
      phase = Phase.READ;
      return;
    }
    Stream stream = parts.segments.stream(victim);
    int generation = parts.segments.generation(victim);
    if (window.judge(stream, generation, offset) != Verdict.SOUND) {
      giveUp();
    } else if (!window.holdsGroup()) {
      phase = Phase.READ;
    } else {
      walk = window.records();
      groupDone = !walk.next();
      phase = Phase.GATHER;
    }
  }

  /// The rest of the victim cannot be read: it is kept, for what lives in it is still readable
  /// block by block.
  private void giveUp() {
    damage.onGroupDamaged(victim, offset);
    isDamaged = true;
    finish();
  }

  private void finish() {
    if (isDamaged) {
      parts.segments.quarantine(victim);
      end();
    } else if (parts.segments.stream(victim) == Stream.META) {
      // Its pages are only rewritten by the next checkpoint, which then finds it dead.
      end();
    } else {
      phase = Phase.RELEASE;
    }
  }

  /// Says in the log, after all that was moved, that the victim is free. Recovery needs it no more:
  /// replay sees the moves.
  private void release() {
    Group group = parts.log.buildingWithRoom(Stream.COLD, 0, 0);
    if (group == null) {
      return;
    }
    group.record(RecordType.RELEASE, 0, 0, victim, parts.segments.generation(victim));
    victimsCleaned++;
    end();
  }

  private void end() {
    parts.log.flush(Stream.COLD);
    // What is building gets a later number; two groups of the stream may still be closed before it.
    parts.segments.evacuated(victim, parts.log.sequenceNext() + 2);
    parts.segments.unpin(victim);
    victim = -1;
    phase = Phase.IDLE;
  }

  private void gather() {
    gathered = 0;
    moved = 0;
    while (!groupDone && gathered < PROBES) {
      gatherNext();
    }
    if (gathered == 0) {
      offset += window.groupBytes();
      phase = Phase.JUDGE;
      return;
    }
    phase = Phase.ASKING;
    pending = gathered;
    for (int i = 0; i < gathered; i++) {
      ask(probes[i]);
    }
  }

  private void gatherNext() {
    RecordFlyweight record = walk.record();
    RecordType type = record.type();
    if (type == RecordType.PAGE) {
      gatherPage(record);
    } else if (type.hasBlocks() && walk.nextBlock()) {
      gatherBlock(record);
      return;
    }
    groupDone = !walk.next();
  }

  private void gatherPage(RecordFlyweight record) {
    Probe probe = probes[gathered++];
    probe.isPage = true;
    probe.layer = record.layer();
    probe.lba = record.lba();
    probe.level = (int) record.argument();
    probe.stored.clear();
    probe.stored.place(walk.address(), 0, parts.segments.generation(victim));
    probe.verdict = Liveness.PENDING;
  }

  private void gatherBlock(RecordFlyweight record) {
    BlockDescriptorFlyweight block = walk.block();
    if (block.length() == 0) {
      return;
    }
    Probe probe = probes[gathered++];
    int index = walk.blockIndex();
    probe.isPage = false;
    probe.layer = record.layer();
    probe.lba = record.lba() + index;
    probe.memoryOffset = window.memoryOffset(walk);
    EntryFlyweight stored = probe.stored;
    stored.identity(record.layer(), record.writeId() + index);
    stored.place(walk.address(), walk.blockUnits(), parts.segments.generation(victim));
    stored.content(block.codec(), block.length(), block.checksum(), block.keyGeneration());
    probe.verdict = window.blockSound(walk) ? Liveness.PENDING : Liveness.DAMAGED;
  }

  void ask(Probe probe) {
    boolean rotten = probe.verdict == Liveness.DAMAGED;
    EntryFlyweight stored = probe.stored;
    BlockIndex index = parts.index;
    Liveness answer =
        probe.isPage
            ? index.isLivePage(
                probe.layer, probe.level, probe.lba, stored.address(), stored.generation(), probe)
            : index.isLiveBlock(probe.layer, probe.lba, stored, probe);
    if (answer == Liveness.PENDING) {
      return;
    }
    probe.verdict = rotten && answer == Liveness.LIVE ? Liveness.DAMAGED : answer;
    pending--;
    if (pending == 0) {
      phase = Phase.MOVE;
    }
  }

  private void move() {
    while (moved < gathered) {
      Probe probe = probes[moved];
      if (probe.verdict == Liveness.DAMAGED) {
        isDamaged = true;
      } else if (probe.verdict == Liveness.LIVE && !moveOne(probe)) {
        return;
      }
      moved++;
    }
    phase = Phase.GATHER;
  }

  private boolean moveOne(Probe probe) {
    if (probe.isPage) {
      needsMerge = !parts.index.dirtyPage(probe.layer, probe.level, probe.lba);
      return !needsMerge;
    }
    EntryFlyweight stored = probe.stored;
    int padded = (int) Sectors.toBytes(stored.units());
    if (!parts.admission.admits(1)) {
      return false;
    }
    Group group = parts.log.buildingWithRoom(Stream.COLD, 1, padded);
    if (group == null) {
      return false;
    }
    UnsafeBuffer memory = group.memory();
    memory.putBytes(group.payloadStart(), window.memory(), probe.memoryOffset, stored.length());
    group.record(RecordType.RELOCATE, probe.layer, stored.writeId(), probe.lba, 0);
    group.block(stored.checksum(), stored.length(), stored.codec(), stored.keyGeneration());
    parts.admission.appended(stored.units());
    bytesMoved += padded;
    return true;
  }

  public long victimsCleaned() {
    return victimsCleaned;
  }

  public long bytesMoved() {
    return bytesMoved;
  }

  public long bytesRead() {
    return load.bytesRead();
  }

  /// The part of the victim chosen last that was alive then.
  public double victimUtilization() {
    return victimUtilization;
  }
}
