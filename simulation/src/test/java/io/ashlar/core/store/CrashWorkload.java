package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.store.Mix.Shape;
import io.ashlar.core.store.StoreHistory.Change;
import io.ashlar.core.store.StoreHistory.Kind;
import io.ashlar.core.store.StoreHistory.Moment;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.DiskState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/// A workload of one mix on a store of its own, and every crash point that it passes.
final class CrashWorkload {
  static final int SEGMENTS = 20;
  static final HostIdentity HOST = HostIdentity.nvme("nqn.2026-01.io.ashlar:host", 1, 2);
  private static final int BLOCK_SECTORS = Shape.SECTORS_PER_BLOCK;
  private static final int CHUNK_BLOCKS = CompositeOperation.CHUNK_BYTES / 4096;
  private static final int LARGE_BLOCKS_MAX = 124;
  private static final int PENDING_MAX = 40;
  private static final int LAYERS_MAX = 4;
  private static final int TURNS_MAX = 100_000;

  /// A moment at which the power may fail: just after the disk was given a write.
  ///
  /// @param free segments that the store believed nobody needs
  record CrashPoint(DiskState disk, Moment moment, BitSet free) {}

  final Mix mix;
  final StoreRig rig;
  final StoreHistory history = new StoreHistory();
  final List<CrashPoint> points = new ArrayList<>();
  private final SplittableRandom random;
  private final TreeMap<Integer, Shape> shapes = new TreeMap<>();
  private final Set<Integer> dying = new HashSet<>();
  private boolean isFaulty;

  /// So much of two volumes is free only when nothing is under way: nothing is begun until then.
  private boolean isLongCopyWanted;

  private int layerNext;
  private long versionNext = 1;
  private long keyNext = 1;

  CrashWorkload(Mix mix, long seed) {
    this.mix = mix;
    random = new SplittableRandom(seed * 31 + mix.name().hashCode());
    int alignmentBytes = seed % 3 == 0 ? 4096 : 512;
    rig = StoreRig.fresh(SEGMENTS, alignmentBytes, seed);
    rig.disk.latency(0, mix.latencyNsMax);
    for (Shape shape : mix.shapes) {
      create(shape);
      layerNext = Math.max(layerNext, shape.layer() + 1);
    }
    rig.settle();
  }

  /// Works until it has passed so many crash points.
  void run(int pointsWanted) {
    if (mix == Mix.CLEANING) {
      fillUntilCleaned();
    }
    rig.disk.onCrashPoints(state -> points.add(new CrashPoint(state, history.moment(), free())));
    for (int turn = 0; points.size() < pointsWanted; turn++) {
      assertThat(turn).as("turns of a workload").isLessThan(TURNS_MAX);
      for (int burst = random.nextInt(4); burst > 0; burst--) {
        step();
      }
      rig.turn();
    }
    rig.settle();
    assertThat(history.pending()).as("everything has ended").isZero();
  }

  private BitSet free() {
    BitSet free = new BitSet();
    for (int segment = 0; segment < SEGMENTS; segment++) {
      free.set(segment, rig.store.segments().state(segment) == SegmentState.FREE);
    }
    return free;
  }

  /// Works for so many turns on a device that is not well.
  void runFaulty(int turns) {
    isFaulty = true;
    for (int turn = 0; turn < turns; turn++) {
      for (int burst = random.nextInt(4); burst > 0; burst--) {
        step();
      }
      rig.turn();
    }
  }

  private void fillUntilCleaned() {
    Shape shape = mix.shapes.get(0);
    for (int block = 0; block < shape.blocks(); block += 50) {
      write(shape, block * BLOCK_SECTORS, 50 * BLOCK_SECTORS, true);
      rig.settle();
    }
    while (rig.store.statistics().movedBytes() < 64 * 1024) {
      step();
      rig.turn();
    }
  }

  private void step() {
    if (history.pending() >= PENDING_MAX) {
      return;
    }
    if (isLongCopyWanted) {
      if (history.pending() == 0) {
        isLongCopyWanted = false;
        copy(anyShape(), CHUNK_BLOCKS + 1);
      }
      return;
    }
    Mix.Act act = mix.draw(random);
    switch (act) {
      case CHECKPOINT -> rig.store.requestCheckpoint();
      case CREATE -> {
        if (shapes.size() < LAYERS_MAX) {
          int layer = layerNext++;
          int blocks = 16 + random.nextInt(32);
          create(random.nextBoolean() ? Shape.sealed(layer, blocks) : Shape.plain(layer, blocks));
        }
      }
      default -> {
        if (!shapes.isEmpty()) {
          onVolume(act, anyShape());
          if (!shapes.isEmpty()) {
            read(anyShape());
          }
        }
      }
    }
  }

  private Shape anyShape() {
    List<Shape> all = List.copyOf(shapes.values());
    return all.get(random.nextInt(all.size()));
  }

  /// Reads some blocks: each must be as it was when the read began, or as a write made it since.
  private void read(Shape shape) {
    int sectors = (1 + random.nextInt(Math.min(8, shape.blocks()))) * BLOCK_SECTORS;
    int first = firstOf(shape, sectors, BLOCK_SECTORS);
    if (!shapes.containsKey(shape.layer())) {
      return;
    }
    StoreHistory.Read expected = history.read(shape.layer(), first, sectors);
    BlockRequest read = new BlockRequest(ended -> onRead(ended, expected));
    read.operation = BlockOperation.READ;
    read.data.wrap(ByteBuffer.allocateDirect(sectors * SectorContent.BYTES));
    read.offsetBytes = shape.offsetOf(first);
    read.lengthBytes = (long) sectors * SectorContent.BYTES;
    rig.volume(shape.layer()).submit(read);
  }

  private void onRead(BlockRequest read, StoreHistory.Read expected) {
    history.end(expected);
    boolean mayFail = dying.contains(expected.layer) || isFaulty;
    if (mayFail && read.status != BlockStatus.OK) {
      return;
    }
    assertThat(read.status).as("a read of layer %d", expected.layer).isEqualTo(BlockStatus.OK);
    for (int i = 0; i < read.data.capacity() / SectorContent.BYTES; i++) {
      long value = SectorContent.read(read.data, i * SectorContent.BYTES);
      if (!expected.mayReturn(i, value)) {
        throw new AssertionError(
            "layer %d sector %d was read as %x"
                .formatted(expected.layer, expected.first + i, value));
      }
    }
  }

  private void onVolume(Mix.Act act, Shape shape) {
    switch (act) {
      case WRITE -> {
        int blocks = 1 + (random.nextInt(4) == 0 ? random.nextInt(32) : random.nextInt(2));
        writeBlocks(shape, blocks, mix == Mix.CLEANING || random.nextBoolean());
      }
      case LARGE_WRITE -> writeBlocks(shape, 33 + random.nextInt(LARGE_BLOCKS_MAX - 32), true);
      case ZERO_WRITE -> zero(shape, BlockOperation.WRITE, 1 + random.nextInt(3));
      case UNMAP -> zero(shape, BlockOperation.UNMAP, 1 + random.nextInt(40));
      case WRITE_ZEROES -> zero(shape, BlockOperation.WRITE_ZEROES, 1 + random.nextInt(40));
      case WIDE_UNMAP -> wideUnmap(shape);
      case PARTIAL_WRITE -> partialWrite(shape);
      case UNALIGNED_ZEROES -> unalignedZeroes(shape);
      case COMPARE_AND_WRITE -> compareAndWrite(shape);
      case COPY -> {
        copy(shape, 0);
        isLongCopyWanted = random.nextInt(8) == 0;
      }
      case RESERVE -> reserve(shape);
      case DELETE -> delete(shape);
      case RESIZE -> resize(shape);
      case CREATE, CHECKPOINT -> throw new AssertionError("not of a volume: " + act);
    }
  }

  // Volumes

  private void create(Shape shape) {
    Change change = Change.ofVolume(Kind.CREATE, shape.layer(), shape.sectors());
    history.submit(change);
    rig.store.createVolume(
        entry(shape),
        status -> {
          assertThat(status).isEqualTo(BlockStatus.OK);
          history.complete(change);
          shapes.put(shape.layer(), shape);
        });
  }

  private VolumeEntry entry(Shape shape) {
    int compression = shape.sealed() ? VolumeEntry.COMPRESSION_LZ4 : VolumeEntry.COMPRESSION_NONE;
    return rig.entry(
        shape.layer(), shape.sizeBytes(), shape.logicalBlockBytes(), compression, shape.sealed());
  }

  private void delete(Shape shape) {
    Change change = Change.ofVolume(Kind.DELETE, shape.layer(), 0);
    history.submit(change);
    shapes.remove(shape.layer());
    dying.add(shape.layer());
    rig.store.deleteVolume(
        new VolumeId(StoreRig.uuidOf(shape.layer())),
        status -> {
          assertThat(status).isEqualTo(BlockStatus.OK);
          history.complete(change);
        });
  }

  private void resize(Shape shape) {
    Shape more = shape.withBlocks(shape.blocks() + 8);
    if (more.blocks() > 128) {
      return;
    }
    Change change = Change.ofVolume(Kind.RESIZE, shape.layer(), more.sectors());
    history.submit(change);
    shapes.remove(shape.layer());
    rig.store.changeVolume(
        entry(more),
        status -> {
          assertThat(status).isEqualTo(BlockStatus.OK);
          history.complete(change);
          shapes.put(more.layer(), more);
        });
  }

  private void reserve(Shape shape) {
    BlockVolume volume = rig.volume(shape.layer());
    long key = keyNext++;
    volume.reservations().registerIgnoringKey(HOST, key);
    volume.reservations().persist(Persistence.PERSISTENT);
    history.register(shape.layer(), key);
    BlockRequest request =
        new BlockRequest(ended -> {
          if (ended.status == BlockStatus.OK) {
            history.save(shape.layer(), key);
          }
        });
    request.operation = BlockOperation.SAVE_RESERVATIONS;
    volume.submit(request);
  }

  // Data

  private int firstOf(Shape shape, int sectors, int alignment) {
    int window = random.nextInt(shape.windows()) * shape.windowSectors();
    int places = (shape.windowSectors() - sectors) / alignment + 1;
    return window + random.nextInt(places) * alignment;
  }

  private void writeBlocks(Shape shape, int wanted, boolean noisy) {
    int sectors = Math.min(wanted, shape.blocks()) * BLOCK_SECTORS;
    write(shape, firstOf(shape, sectors, BLOCK_SECTORS), sectors, noisy);
  }

  private void write(Shape shape, int first, int sectors, boolean noisy) {
    if (!history.isTaken(shape.layer(), first, sectors)) {
      Change change = data(shape, first, numbers(sectors, noisy), false);
      submit(shape, change, BlockOperation.WRITE, carrying(change.values));
    }
  }

  private void partialWrite(Shape shape) {
    int sectors = 1 + random.nextInt(20);
    write(shape, firstOf(shape, sectors, 1), sectors, random.nextBoolean());
  }

  private void zero(Shape shape, BlockOperation operation, int wanted) {
    int sectors = Math.min(wanted, shape.blocks()) * BLOCK_SECTORS;
    int first = firstOf(shape, sectors, BLOCK_SECTORS);
    if (!history.isTaken(shape.layer(), first, sectors)) {
      Change change = data(shape, first, new long[sectors], false);
      boolean carries = operation == BlockOperation.WRITE;
      submit(shape, change, operation, carrying(carries ? change.values : new long[0]));
    }
  }

  /// Over whole windows and what lies between them.
  private void wideUnmap(Shape shape) {
    int from = random.nextInt(shape.windows());
    int to = from + 1 + random.nextInt(shape.windows() - from);
    int first = from * shape.windowSectors();
    Change change = data(shape, first, new long[(to - from) * shape.windowSectors()], false);
    submit(shape, change, BlockOperation.UNMAP, carrying(new long[0]));
  }

  private void unalignedZeroes(Shape shape) {
    if (shape.logicalBlockBytes() != SectorContent.BYTES) {
      return;
    }
    int sectors = 1 + random.nextInt(60);
    int first = firstOf(shape, sectors, 1);
    if (!history.isPending(shape.layer(), first, sectors)) {
      Change change = data(shape, first, new long[sectors], true);
      submit(shape, change, BlockOperation.WRITE_ZEROES, carrying(new long[0]));
    }
  }

  private void compareAndWrite(Shape shape) {
    int sectors = 1 + random.nextInt(12);
    int first = firstOf(shape, sectors, 1);
    if (history.isPending(shape.layer(), first, sectors)) {
      return;
    }
    Change change = data(shape, first, numbers(sectors, random.nextBoolean()), false);
    long[] both = Arrays.copyOf(valuesOf(shape.layer(), first, sectors), 2 * sectors);
    System.arraycopy(change.values, 0, both, sectors, sectors);
    // What queues for its turn may be overtaken: nothing is submitted over it.
    BlockRequest request = request(change, BlockOperation.COMPARE_AND_WRITE, carrying(both));
    claim(request, new Change(Kind.DATA, shape.layer(), first, change.values, true));
    place(request, shape, change);
    rig.volume(shape.layer()).submit(request);
  }

  /// @param blocksMin how long it is at least, where the volumes are long enough
  private void copy(Shape target, int blocksMin) {
    Shape source = anyShape();
    boolean isAligned = (source.logicalBlockBytes() | target.logicalBlockBytes()) > 512;
    int alignment = isAligned ? BLOCK_SECTORS : 1;
    int most = Math.min(source.windowSectors(), target.windowSectors()) / alignment;
    int least = Math.clamp((long) blocksMin * BLOCK_SECTORS / alignment, 1, most);
    int sectors = (least + random.nextInt(most - least + 1)) * alignment;
    int from = firstOf(source, sectors, alignment);
    int to = firstOf(target, sectors, alignment);
    boolean isBusy =
        history.isPending(source.layer(), from, sectors)
            || history.isPending(target.layer(), to, sectors);
    if (isBusy || (source.layer() == target.layer() && Math.abs(from - to) < sectors)) {
      return;
    }
    Change change = data(target, to, valuesOf(source.layer(), from, sectors), true);
    BlockRequest request = request(change, BlockOperation.COPY, carrying(new long[0]));
    request.source = rig.volume(source.layer());
    request.sourceOffsetBytes = source.offsetOf(from);
    claim(request, new Change(Kind.DATA, source.layer(), from, change.values, true));
    place(request, target, change);
    rig.volume(target.layer()).submit(request);
  }

  private void claim(BlockRequest request, Change range) {
    request.attachment = range;
    history.claim(range);
  }

  private long[] valuesOf(int layer, int first, int sectors) {
    long[] all = history.now().volumes.get(layer);
    assertThat(all).as("the volume of a layer").isNotNull();
    return Arrays.copyOfRange(all, first, first + sectors);
  }

  private long[] numbers(int sectors, boolean noisy) {
    long version = versionNext++ << 20;
    long[] numbers = new long[sectors];
    for (int i = 0; i < sectors; i++) {
      boolean odd = noisy && i % 3 != 2;
      numbers[i] = version | (long) (i + 1) << 1 | (odd ? 1 : 0);
    }
    return numbers;
  }

  private Change data(Shape shape, int first, long[] values, boolean isComposite) {
    Change change = new Change(Kind.DATA, shape.layer(), first, values, isComposite);
    history.submit(change);
    return change;
  }

  private static ByteBuffer carrying(long[] numbers) {
    ByteBuffer data = ByteBuffer.allocateDirect(numbers.length * SectorContent.BYTES);
    UnsafeBuffer into = new UnsafeBuffer(data);
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] != 0) {
        SectorContent.write(numbers[i], into, i * SectorContent.BYTES);
      }
    }
    return data;
  }

  private void submit(Shape shape, Change change, BlockOperation operation, ByteBuffer data) {
    BlockRequest request = request(change, operation, data);
    place(request, shape, change);
    rig.volume(shape.layer()).submit(request);
  }

  private BlockRequest request(Change change, BlockOperation operation, ByteBuffer data) {
    BlockRequest request = new BlockRequest(ended -> onEnd(ended, change));
    request.operation = operation;
    request.data.wrap(data);
    return request;
  }

  private static void place(BlockRequest request, Shape shape, Change change) {
    int last = change.first + change.values.length - 1;
    request.offsetBytes = shape.offsetOf(change.first);
    request.lengthBytes = shape.offsetOf(last) + SectorContent.BYTES - request.offsetBytes;
  }

  private void onEnd(BlockRequest ended, Change change) {
    if (ended.attachment instanceof Change claimed) {
      history.release(claimed);
    }
    if (ended.status == BlockStatus.OK) {
      history.complete(change);
    } else {
      assertThat(isFaulty || dying.contains(change.layer))
          .as("%s ended with %s", ended.operation, ended.status)
          .isTrue();
      history.refuse(change);
    }
  }
}
